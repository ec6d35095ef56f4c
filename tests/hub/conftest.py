from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: lets the tests import what stands beside them

from hub import Student, running_hub
from places import Snapshot
from users import User, local_user


@dataclass(frozen=True)
class Class:
    """Two students who have each made the course and opened the first notebook."""

    students: tuple[Student, Student]
    users: tuple[User, User]
    before: Snapshot
    """The machine as it was before they logged in."""


@pytest.fixture(scope="session")
def class_of_two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    suffix = secrets.token_hex(3)
    with (
        local_user(f"tthub-a-{suffix}") as one,
        local_user(f"tthub-b-{suffix}") as two,
        running_hub(tmp_path_factory.mktemp("hub")) as hub,
    ):
        before = Snapshot.take()
        students = (Student(hub, one.name), Student(hub, two.name))
        for student in students:
            student.log_in()
        yield Class(students, (one, two), before)
