import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytorch_lab.profiler import Measurement
from tinytorch_lab.profiler.measurement import CellError, GarbageCollections, Machine, Statement, Timeline

SECONDS = st.floats(0, 1e6)
BYTES = st.none() | st.integers(-(2**50), 2**50)
TEXT = st.text(max_size=20)


def instances(kind: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    types = {"float": SECONDS, "int": st.integers(0, 2**40), "int | None": BYTES, "str": TEXT, "bool": st.booleans()}
    types |= {"str | None": st.none() | TEXT}
    fields = {each.name: types[str(each.type)] for each in dataclasses.fields(kind) if each.name not in given}
    return st.builds(kind, **fields, **given)


MEASUREMENTS = instances(
    Measurement,
    statements=st.lists(instances(Statement), max_size=3),
    timeline=st.builds(Timeline, st.lists(SECONDS, max_size=3), st.just([1, None]), st.just([None, 2]), SECONDS),
    error=st.none() | instances(CellError),
    gc=st.builds(GarbageCollections, st.lists(st.integers(0, 9), min_size=3, max_size=3), SECONDS),
    notes=st.lists(TEXT, max_size=2),
    machine=instances(Machine),
)


@given(MEASUREMENTS)
def test_a_measurement_survives_json(measurement: Measurement) -> None:
    stored = json.dumps(measurement.to_dict(), allow_nan=False)
    assert Measurement.from_dict(json.loads(stored)) == measurement


def test_the_stored_form_has_the_documented_keys_in_order() -> None:
    documented = (
        "version state mode label started wall_s cpu_s traced traced_s trace_complete peak_bytes net_bytes "
        "rss_start_bytes rss_peak_bytes rss_exact statements statements_total timeline error gc notes machine"
    )
    assert list(Measurement().to_dict()) == documented.split()
    assert Measurement().to_dict()["version"] == 1


@pytest.mark.parametrize("version", [2, None, "1", 0])
def test_another_version_is_refused_with_both_versions(version: object) -> None:
    with pytest.raises(ValueError, match=f"version {version!r}; this release of tinytorch-lab reads version 1"):
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
