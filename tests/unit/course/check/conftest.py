# ruff: noqa: E501
"""A small lesson that keeps every rule, and a way to break one of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tinytorch_lab.course import export
from tinytorch_lab.course.catalogue import load_catalogue
from tinytorch_lab.course.check.check import check_text
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson, load_lesson
from tinytorch_lab.course.check.rules import files

MODULE = """
[[module]]
id = "{id}"
exports = "core.{name}"
title = "{title}"
part = "Foundation"
builds = [{builds}]
question = "what it costs"
needs = [{needs}]
points = 100
"""
COURSE = "version = 1\nparts = ['Foundation']\n" + "".join(
    MODULE.format(id=f"{number}_{title.lower()}", name=title.lower(), title=title, builds=builds, needs=needs)
    for number, title, builds, needs in [
        ("01", "Base", '"total"', ""),
        ("02", "Pair", '"scaled"', '"01_base"'),
        ("05", "Later", '"backward", "NextThing"', '"02_pair"'),
    ]
)
PAGE = "You build, You measure, Prerequisites, Time, PyTorch\n"
GOOD = '''# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Module 02: Pair
# **You build** a function. **You measure** it. **Prerequisites:** none. **Unlocks:** NextThing.

# %% [markdown]
# ## Part 1: Foundations
# It does $n$ multiplications.

# %%
#| default_exp core.pair
#| export
"""Pairs."""

import math

import numpy as np

from tinytorch.core.base import total

# %% [markdown]
# ### 1.1 Scaling
# Each number of `x` is multiplied.

# %% nbgrader={"grade": false, "grade_id": "02-scaled", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def scaled(x, factor):
    """The numbers of ``x`` times ``factor``."""
    # TODO: multiply.
    # APPROACH: 1. the operator.
    # HINTS: an asterisk.
    ### BEGIN SOLUTION
    return x * factor
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "02-scaled-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
def test_scaled():
    assert scaled(2, 3) == 6, "expected 6"
    ### BEGIN HIDDEN TESTS
    assert scaled(-1, 3) == -3
    ### END HIDDEN TESTS
test_scaled()

# %%
n = 64
x = np.ones(1024)

# %% [markdown]
# ## Part 2: Systems analysis
# `x` takes 8 KiB (`x.nbytes`). **Predict, then run:** what does the result take?

# %%
# %%measure -o memory
y = scaled(x, 2.0)

# %% [markdown]
# **Predict** the class.

# %%
# %%complexity n=8..64 -o growth
# measure:
z = scaled(np.ones(n), 2.0)

# %% [markdown]
# ## Part 3: Production context
# PyTorch does the same in `torch.mul`, for every device.

# %% [markdown]
# ## Integration test

# %% nbgrader={"grade": true, "grade_id": "02-integration-test", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
def test_pair():
    assert math.isclose(scaled(total(1, 2), 0.5), 1.5), "half of the sum"
    ### BEGIN HIDDEN TESTS
    assert scaled(total(1, 2), 2) == 6
    ### END HIDDEN TESTS
test_pair()

# %%
if __name__ == "__main__":
    test_scaled()
    test_pair()

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-1", "locked": false, "points": 20, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** Why?
#
# ### BEGIN SOLUTION
# So. Rubric: 20 points.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-2", "locked": false, "points": 20, "schema_version": 3, "solution": true, "task": false}
# **2.** Why?
#
# ### BEGIN SOLUTION
# So. Rubric: 20 points.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-3", "locked": false, "points": 20, "schema_version": 3, "solution": true, "task": false}
# **3.** Why?
#
# ### BEGIN SOLUTION
# So. Rubric: 20 points.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built and measured. NextThing comes next.
'''
BASE = """#| default_exp core.base
# %%
#| export
def total(a, b):
    return a + b
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a course with modules 01, 02 and 05; a lesson may be as short as it likes."""
    monkeypatch.setattr(files, "SHORTEST", 1)
    (tmp_path / "modules" / "02_pair").mkdir(parents=True)
    (tmp_path / "modules" / "course.toml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "modules" / "02_pair" / "README.md").write_text(PAGE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def write(place: Path) -> Callable[[str], Lesson]:
    """Writes module 02's lesson, exports it and reads it as the rules do."""

    def write(text: str, exported: bool = True) -> Lesson:
        catalogue = load_catalogue(place / "modules" / "course.toml")
        module = catalogue.find("02")
        (place / module.source).write_bytes(text.encode())
        if exported:
            export.write(place, export.export_all(place, catalogue, (module,)))
        return load_lesson(place, catalogue, module)

    return write


@pytest.fixture
def good() -> str:
    return GOOD


Break = Callable[..., list[Finding]]


@pytest.fixture
def broken(write: Callable[[str], Lesson]) -> Break:
    """What is found in the good lesson after replacements, given as old, new, old, new; each must hit something."""

    def broken(*changes: str) -> list[Finding]:
        text = GOOD
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new, 1)
        return check_text(write(text))

    return broken
