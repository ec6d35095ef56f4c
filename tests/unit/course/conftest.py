# ruff: noqa: E501
"""A small course of two modules, one of which has its lesson."""

from pathlib import Path

import pytest

from tinytorch_lab.course import workspace

from ...small_course import COURSE

LESSON = '''# ---
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
# # Module 01: Pair

# %%
#| default_exp core.pair
#| export
"""Pairs of numbers."""

import numpy as np

# %% nbgrader={"grade": false, "grade_id": "01-add", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def add(a, b):
    """a + b"""
    # TODO: add them.
    # APPROACH:
    #   1. use the operator
    # HINTS:
    # - The plus sign
    #   is enough.
    # - Mind the order.
    ### BEGIN SOLUTION
    total = a + b  # the sum
    return total
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "01-add-test", "locked": true, "points": 100, "schema_version": 3, "solution": false, "task": false}
def test_add():
    assert add(1, 2) == 3
    ### BEGIN HIDDEN TESTS
    assert add(-1, 2) == 1
    ### END HIDDEN TESTS


test_add()

# %% [markdown] nbgrader={"grade": true, "grade_id": "01-why", "locked": false, "points": 0, "schema_version": 3, "solution": true, "task": false}
# Why?
#
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that holds ``modules/``."""
    folder = tmp_path / "source"
    (folder / "modules" / "01_pair").mkdir(parents=True)
    (folder / "modules" / "course.toml").write_text(COURSE, encoding="utf-8")
    (folder / "modules" / "01_pair" / "pair_dev.py").write_text(LESSON, encoding="utf-8")
    return folder


@pytest.fixture
def lesson(root: Path) -> Path:
    return root / "modules" / "01_pair" / "pair_dev.py"


@pytest.fixture
def small_course(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package takes the small course for its own."""
    from tinytorch_lab.course import source

    source.catalogue.cache_clear()
    monkeypatch.setattr(source, "checkout", lambda: root)
    yield root
    source.catalogue.cache_clear()


@pytest.fixture
def second_lesson(small_course: Path) -> Path:
    """The lesson of 02_next, which uses 01_pair's ``add``."""
    text = (small_course / "modules/01_pair/pair_dev.py").read_text(encoding="utf-8")
    changes = {
        "core.pair": "core.next",
        "01-": "02-",
        "add": "add_twice",
        "import numpy as np": "from tinytorch.core.pair import add",
    }
    for old, new in changes.items():
        text = text.replace(old, new)
    text = text.replace("total = a + b", "total = add(add(a, b), b)").replace(
        "add_twice(1, 2) == 3", "add_twice(1, 2) == 5"
    )
    text = text.replace("add_twice(-1, 2) == 1", "add_twice(-1, 2) == 3")
    file = small_course / "modules/02_next/next_dev.py"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def folder(small_course: Path, tmp_path: Path) -> workspace.Folder:
    """A new student folder."""
    workspace.new_student_folder(tmp_path / "course")
    return workspace.read_marker(tmp_path / "course")
