"""What holds for all rules: they are documented, and no figures make them fail."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinytorch_lab.profiler import records
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import RULES, explain

DOCS = Path(__file__).parents[3] / "docs" / "understand.md"
SOURCES = ["x = np.zeros(n)", "b = a[::2].T", "a = [i for i in x]", "for i in range(9):", "y = a * b + c", "(", ""]


def test_the_documentation_lists_the_rules_in_their_order() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", DOCS.read_text(), re.MULTILINE) == list(RULES)


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Instances of a record with figures that may be 0 or unknown wherever the record allows it."""
    hints = get_type_hints(kind, {**vars(records)})
    fields = {each.name: _values(each.name, str(hints[each.name])) for each in dataclasses.fields(kind)}
    return st.builds(kind, **fields)


def _values(name: str, hint: str) -> st.SearchStrategy[Any]:
    if name == "source":
        return st.sampled_from(SOURCES)
    if name == "collections":
        return st.just([1, 2, 3])
    if name in ("flops_per_s", "bytes_per_s"):  # of a machine: never 0
        return st.sampled_from([1.0, 1e9, 1e12])
    record = re.search(r"records\.(\w+)", hint)
    plain = st.sampled_from([0, 1, 2, 10**5, 10**9]) if "int" in hint else st.sampled_from([0.0, 1e-6, 0.5, 100.0])
    if record:
        plain = anything(getattr(records, record[1]))
    elif "str" in hint:
        plain = st.sampled_from(["NumPy", "Python", "cell", "slower", "matmul"])
    elif "bool" in hint:
        plain = st.booleans()
    if hint.startswith("list"):
        return st.lists(plain, max_size=3)
    return st.none() | plain if "None" in hint else plain


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything(Measurement))
def test_no_figures_make_a_rule_fail(measurement: Measurement) -> None:
    measurement.state = "done"
    for insight in explain(measurement):
        assert "None" not in insight.text
        assert "nan" not in insight.text
