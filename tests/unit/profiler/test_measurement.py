import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytorch_lab.profiler import Measurement, records

SECONDS = st.floats(0, 1e6)
TEXT = st.text(max_size=20)
LEAVES = {
    "float": SECONDS,
    "int": st.integers(0, 2**40),
    "str": TEXT,
    "bool": st.booleans(),
    "dict[str, float | int | str]": st.dictionaries(TEXT, SECONDS | TEXT, max_size=2),
}


def values(type_name: str) -> st.SearchStrategy[Any]:
    """Any value of an annotation of a measurement, such as ``list[int | None]``."""
    if type_name.endswith(" | None"):
        return st.none() | values(type_name.removesuffix(" | None"))
    if type_name.startswith("list["):
        return st.lists(values(type_name[5:-1]), max_size=2)
    return LEAVES[type_name] if type_name in LEAVES else instances(getattr(records, type_name))


def instances(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{each.name: values(str(each.type)) for each in dataclasses.fields(kind)})


@given(instances(Measurement))
def test_a_measurement_survives_json(measurement: Measurement) -> None:
    stored = json.dumps(measurement.to_dict(), allow_nan=False)
    assert Measurement.from_dict(json.loads(stored)) == measurement


def test_the_stored_form_has_the_documented_keys_in_order() -> None:
    documented = (
        "version state mode label started wall_s cpu_s runs traced traced_s trace_complete peak_bytes net_bytes "
        "rss_start_bytes rss_peak_bytes rss_exact statements statements_total lines sites timeline ops layers tensors "
        "roofline error gc process cell earlier understand notes machine"
    )
    assert list(Measurement().to_dict()) == documented.split()
    assert Measurement().to_dict()["version"] == 2


@pytest.mark.parametrize("version", [3, None, "1", 0, True])
def test_another_version_is_refused_with_both_versions(version: object) -> None:
    with pytest.raises(ValueError, match=f"version {version!r}; this release of tinytorch-lab reads versions up to 2"):
        Measurement.from_dict({**Measurement().to_dict(), "version": version})


def test_a_missing_key_is_named() -> None:
    data = Measurement().to_dict()
    del data["wall_s"]
    with pytest.raises(ValueError, match="has no wall_s"):
        Measurement.from_dict(data)


def test_unknown_keys_are_ignored() -> None:
    assert Measurement.from_dict({**Measurement().to_dict(), "later": 1}) == Measurement()


def test_the_repr_is_one_short_line() -> None:
    text = repr(Measurement(wall_s=1.23456, peak_bytes=1000))
    assert "1.235" in text
    assert len(text) < 80
    assert "\n" not in text


@pytest.mark.parametrize("data", [5, None, [], "x"])
def test_what_is_no_measurement_at_all_is_refused_too(data: Any) -> None:
    with pytest.raises(ValueError, match="version None"):
        Measurement.from_dict(data)


def test_the_first_version_is_read_with_its_newer_fields_empty() -> None:
    first = {**Measurement(wall_s=1.5, notes=["a note"]).to_dict(), "version": 1}
    for name in (
        "runs",
        "lines",
        "sites",
        "ops",
        "layers",
        "tensors",
        "roofline",
        "process",
        "cell",
        "earlier",
        "understand",
    ):
        del first[name]
    assert Measurement.from_dict(first) == Measurement(wall_s=1.5, notes=["a note"])
