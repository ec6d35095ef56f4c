"""A class folder of two modules, without a release: what collecting and counting need."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course.grading.model import ClassPaths

from ....small_course import COURSE

ROSTER = """id,first_name,last_name,email,moodle_id,canvas_id
ada,Ada,Lovelace,ada@example.org,11,501
alan,Alan,Turing,alan@example.org,12,502
grace,Grace,Hopper,grace@example.org,13,503
grace2,Grace,Hopper,grace2@example.org,14,504
"""

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def notebook(text: str = "x = 1") -> bytes:
    cells = [nbformat.v4.new_code_cell(text, id="one")]
    return json.dumps(nbformat.v4.new_notebook(cells=cells)).encode()


def put(path: Path, content: bytes, at: datetime = AT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@pytest.fixture
def paths(tmp_path: Path) -> ClassPaths:
    root = tmp_path / "class"
    put(root / "modules" / "course.toml", COURSE.encode())
    put(root / "roster.csv", ROSTER.encode())
    return ClassPaths(root)
