"""docs/jupyterhub_config.py with two local users, each with an own uid, in homes that others may read."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from places import ENVIRONMENT, Snapshot, owned_outside

NOTEBOOK = "course/modules/01_tensor/tensor.ipynb"


@pytest.fixture(scope="module")
def made(class_of_two):
    """Each student has made the course, opened its first notebook, and measured a cell there."""
    answers = []
    for student in class_of_two.students:
        new = student.post("tinytorch-lab/new")
        opened = student.post("tinytorch-lab/open", {"module": "01_tensor"})
        with student.kernel(opened["path"]) as kernel:
            measurement = kernel.measured("%%measure\nnumbers = list(range(10_000))")
        answers.append({"new": new, "open": opened, "measurement": measurement})
    return answers


def test_the_course_is_made_opened_and_read_in_each_home(class_of_two, made) -> None:
    for student, user, answer in zip(class_of_two.students, class_of_two.users, made, strict=True):
        course = student.get("tinytorch-lab/course")
        assert course["problem"] is None
        assert course["folder"]["kind"] == "student"
        assert answer["new"]["folder"] == course["folder"]
        assert answer["open"]["path"] == NOTEBOOK
        assert (user.home / NOTEBOOK).is_file()
        assert next(m["path"] for m in course["modules"] if m["id"] == "01_tensor") == NOTEBOOK


def test_both_kernels_measure_and_keep_the_history_in_the_course(class_of_two, made) -> None:
    for user, answer in zip(class_of_two.users, made, strict=True):
        measurement = answer["measurement"]
        assert measurement["state"] == "done"
        assert measurement["peak_bytes"] > 10_000 * 8  # the list's own pointers
        assert (user.home / "course" / "measurements" / "history.db").is_file()


def test_each_server_and_kernel_runs_as_its_user(class_of_two, made) -> None:
    for student, user in zip(class_of_two.students, class_of_two.users, strict=True):
        with student.kernel(NOTEBOOK) as kernel:
            assert kernel.printed("import os; print(os.getuid(), os.path.expanduser('~'))").split() == [
                str(user.uid),
                str(user.home),
            ]


def test_everything_in_the_course_is_the_users_and_closed_to_others(class_of_two, made) -> None:
    for user in class_of_two.users:
        course = user.home / "course"
        for path in (course, *course.rglob("*")):
            found = path.lstat()
            assert found.st_uid == user.uid, path
            assert stat.S_IMODE(found.st_mode) & 0o077 == 0, (path, oct(found.st_mode))


def test_neither_sees_the_others_files_from_a_kernel(class_of_two, made) -> None:
    one, two = class_of_two.users
    for student, own, other in zip(class_of_two.students, (one, two), (two, one), strict=True):
        code = "import os; print([p for p in {!r} if os.access(p, os.R_OK) or os.access(p, os.W_OK)])"
        with student.kernel(NOTEBOOK) as kernel:
            others = [str(path) for path in written_below(other.home)]
            assert len(others) > 50
            assert kernel.printed(code.format(others)).strip() == "[]"
            mine = [str(own.home / "course"), str(own.home / NOTEBOOK)]
            assert kernel.printed(code.format(mine)).strip() == str(mine)  # the question can be answered with yes


def test_neither_gets_into_the_others_server(class_of_two, made) -> None:
    one, two = class_of_two.students
    for student, other in ((one, two), (two, one)):
        for path in ("tinytorch-lab/course", f"api/contents/{NOTEBOOK}"):
            answer = student.browser.get(f"{other.server}/{path}", timeout=60)
            assert answer.status_code == 403, answer.text[:500]


def test_the_installation_is_read_only_and_unchanged(class_of_two, made) -> None:
    for user in class_of_two.users:
        find = ["find", str(ENVIRONMENT), "-writable", "-not", "-type", "l"]
        ran = subprocess.run(find, user=user.uid, group=user.uid, extra_groups=[], capture_output=True, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert Snapshot.take() == class_of_two.before


def test_nothing_is_written_outside_of_the_homes(class_of_two, made) -> None:
    assert owned_outside(class_of_two.users) == []


def written_below(home: Path) -> list[Path]:
    """What the servers and kernels wrote, without what useradd put there."""
    given = {path.name for path in Path("/etc/skel").iterdir()}
    return [path for entry in home.iterdir() if entry.name not in given for path in (entry, *entry.rglob("*"))]
