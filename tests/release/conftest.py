"""One released class for the whole session, copied for each test that needs one: a release takes seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .folders import write


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")
    from tinytorch_lab.course.release import release

    folder = write(tmp_path_factory.mktemp("released") / "class")
    release("01_sums", course=folder)
    return folder


@pytest.fixture
def released(released_once: Path, tmp_path: Path) -> Path:
    """A class whose module 01_sums is released, in version 1."""
    return Path(shutil.copytree(released_once, tmp_path / "class"))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A class with nothing but its module."""
    pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")
    return write(tmp_path / "class")
