"""An instructor's term with the real nbgrader: submissions that are in, two releases at once, out to students."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import tinytorch_lab.course.release
from tinytorch_lab.course.class_folder import new_class_folder, open_class
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import parse_notebook
from tinytorch_lab.course.release import ReleaseRefused, generate, release
from tinytorch_lab.course.release.out import zip_release
from tinytorch_lab.course.release.status import class_status
from tinytorch_lab.course.release_files import read_release

from .folders import author_file, state, write
from .nasty import GOOD, SEALED

NOTEBOOK = "release/01_sums/sums.ipynb"
COMMAND = [sys.executable, "-m", "tinytorch_lab", "release", "01", "--course"]


def sealed_in(content: bytes) -> list[str]:
    return [line for line in SEALED if line.encode() in content]


def test_what_is_released_is_what_the_function_says(released: Path) -> None:
    assert tinytorch_lab.course.release.release is release
    status = class_status(released)[0]
    assert (status.state, status.version, status.points.auto, status.points.manual) == ("released", 1, 3.0, 2.0)
    content = (released / NOTEBOOK).read_bytes()
    assert sealed_in(content) == []
    assert content == (released / "exchange/tiny/outbound/01_sums/sums.ipynb").read_bytes()
    assert [cell.source for cell in parse_notebook(content.decode()).cells] == [
        "# Sums", "import math",
        'def add(a, b):\n    """The sum of a and b."""\n    # YOUR CODE HERE\n    raise NotImplementedError()',
        'assert add(1, 2) == 3, "add(1, 2) should be 3"',
        "Why does the order not matter?\n\nYOUR ANSWER HERE",
    ]  # fmt: skip


def test_the_same_twice_changes_nothing_and_elsewhere_makes_the_same_bytes(
    released: Path, draft: Path, tmp_path: Path
) -> None:
    before = state(released)
    again = release("01_sums", course=released)
    assert (again.unchanged, again.version) == (True, 1)
    assert state(released) == before
    other = write(tmp_path / "another" / "place", GOOD.replace("\n", "\r\n"))
    release("sums", course=other)
    assert (other / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()
    one, two = zip_release(released), zip_release(other)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == ["01_sums/sums.ipynb"]
        assert sealed_in(archive.read("01_sums/sums.ipynb")) == []


def test_two_at_once_end_whole_and_the_one_that_cannot_says_who_is_at_work(draft: Path) -> None:
    both = [
        subprocess.Popen([*COMMAND, str(draft)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes
    for code, (out, error) in zip(codes, said, strict=True):
        assert "Traceback" not in out + error
        if code:
            assert "Another tinytorch-lab is at work" in error
    assert class_status(draft)[0].version == 1
    assert list((draft / ".tinytorch-lab/staging").iterdir()) == []


@pytest.fixture
def submitted(released: Path) -> Path:
    """A submission is in, and graded by hand in nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    mine = released / "submitted/ada/01_sums/sums.ipynb"
    mine.parent.mkdir(parents=True)
    shutil.copyfile(released / NOTEBOOK, mine)
    with Gradebook(f"sqlite:///{released / 'gradebook.db'}") as book:
        book.add_student("ada")
        book.add_submission("01_sums", "ada")
        grade = book.find_grade("01-why", "sums", "01_sums", "ada")
        grade.manual_score = 1.5
        book.db.commit()
    return released


def score_by_hand(folder: Path) -> float | None:
    """What ada has for her answer; None if the gradebook knows no submission of hers."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        try:
            return book.find_grade("01-why", "sums", "01_sums", "ada").manual_score
        except MissingEntry:
            return None


def change(folder: Path, old: str, new: str) -> None:
    file = author_file(folder)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_test_is_mended_under_submissions_only_if_somebody_says_so(submitted: Path) -> None:
    change(submitted, "assert add(1, 2) == 3", "assert add(2, 2) == 4")
    assert class_status(submitted)[0].changed_graded == ("01-add-test",)
    before = state(submitted)
    with pytest.raises(ReleaseRefused, match=r"1 submission are in|1 submission is in") as refused:
        release("01", course=submitted)
    for words in ("01-add-test", "--mend", "--new-edition"):
        assert words in str(refused.value)
    assert state(submitted) == before
    assert release("01", course=submitted, mend=True).version == 2
    assert score_by_hand(submitted) == 1.5
    assert (submitted / "submitted/ada/01_sums/sums.ipynb").is_file()


def test_a_second_edition_keeps_the_first_whole(submitted: Path) -> None:
    change(submitted, '"points": 3', '"points": 4')
    handed_in = (submitted / "submitted/ada/01_sums/sums.ipynb").read_bytes()
    old = (submitted / NOTEBOOK).read_bytes()
    with pytest.raises(ReleaseRefused) as refused:
        release("01", course=submitted, mend=True)
    assert "--mend" not in str(refused.value)
    assert release("01", course=submitted, edition=True).points.auto == 4
    assert score_by_hand(submitted) is None
    assert not (submitted / "submitted/ada/01_sums").exists()
    edition = submitted / "editions/01_sums-1"
    assert (edition / "submitted/ada/01_sums/sums.ipynb").read_bytes() == handed_in
    assert (edition / NOTEBOOK).read_bytes() == old
    assert score_by_hand(edition) == 1.5
    assert open_class(edition).find("01").id == "01_sums"


def test_a_gradebook_of_an_older_nbgrader_is_named_with_what_to_do(released: Path, tmp_path: Path) -> None:
    place = tmp_path / "stage"
    shutil.copytree(released / "source", place / "source")
    shutil.copyfile(released / "gradebook.db", place / "gradebook.db")
    with closing(sqlite3.connect(place / "gradebook.db")) as book:
        book.execute("ALTER TABLE grade_cells RENAME COLUMN max_score TO points")
        book.commit()
    with pytest.raises(CourseError, match=r"nbgrader refused the module: There was an error .*`nbgrader db upgrade`"):
        generate.generate(generate.Job(str(place), "01_sums"))


def test_the_worker_speaks_json_and_no_traceback(released: Path) -> None:
    def told(request: dict) -> list[dict]:
        done = subprocess.run(
            [sys.executable, "-m", "tinytorch_lab.course.release.worker"],
            input=json.dumps(request), capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert [one["kind"] for one in told({"module": "01", "course": str(released)})] == ["step", "done"]
    write(released, GOOD.replace("    ### END SOLUTION\n", ""))
    step, refused = told({"module": "01", "course": str(released)})
    assert (step["name"], refused["kind"]) == ("Reading and checking the module", "refused")
    assert [fault["line"] for fault in refused["faults"]] == [18]
    assert told({"module": "xx", "course": str(released)})[-1]["kind"] == "error"


@pytest.mark.parametrize("archive", [False, True])
def test_a_class_folder_is_made_from_a_checkout_or_its_sdist(tmp_path: Path, archive: bool) -> None:
    checkout = write(tmp_path / "tinytorch_lab-9.9")
    (checkout / "modules/01_sums/sums_dev.ipynb").write_text("{}", encoding="utf-8")
    (checkout / "modules/01_sums/README.md").write_text("Sums", encoding="utf-8")
    (checkout / "modules/course.toml").write_text("version = 1", encoding="utf-8")
    origin = checkout
    if archive:
        origin = tmp_path / "tinytorch_lab-9.9.tar.gz"
        with tarfile.open(origin, "w:gz") as packed:
            packed.add(checkout, checkout.name)
    new_class_folder(tmp_path / "class", origin)
    files = {
        file.relative_to(tmp_path / "class").as_posix() for file in (tmp_path / "class").rglob("*") if file.is_file()
    }
    lesson = {"modules/01_sums/sums_dev.py", "modules/01_sums/README.md", "modules/course.toml"}
    assert files == {*lesson, ".tinytorch-lab.json"}
    with pytest.raises(CourseError, match="is not empty"):
        new_class_folder(tmp_path / "class", origin)


@pytest.mark.parametrize("origin", ["nowhere", "empty", "broken.tar.gz", "evil.tar.gz"])
def test_what_holds_no_lessons_makes_no_class_folder(tmp_path: Path, origin: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.tar.gz").write_bytes(b"\x1f\x8bnothing")
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as packed:
        packed.add(__file__, "../../evil.py")
    with pytest.raises(CourseError):
        new_class_folder(tmp_path / "class", tmp_path / origin)
    assert not (tmp_path / "class").exists()
    assert not (tmp_path.parent / "evil.py").exists()


def test_students_read_the_folder_the_zip_and_what_nbgrader_fetches(released: Path, tmp_path: Path) -> None:
    content = (released / NOTEBOOK).read_text(encoding="utf-8")
    for origin in (released / "release", zip_release(released), fetched(released, tmp_path / "student")):
        assert read_release(origin) == {"01_sums": content}


def fetched(released: Path, place: Path) -> Path:
    """What ``nbgrader fetch_assignment`` gets from the exchange."""
    place.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "fetch_assignment", "01_sums", "--course", "tiny",
         f"--Exchange.root={released / 'exchange'}"],
        cwd=place, capture_output=True, text=True, env={**os.environ, "HOME": str(place)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return place


def test_faults_on_the_command_line_are_sentences(released: Path) -> None:
    write(released, GOOD.replace("total = a + b", "total = a - b"))
    before = state(released)
    done = subprocess.run([*COMMAND, str(released)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "line 24, cell 4 (01-add-test): R6: The reference fails its own test: AssertionError" in done.stderr
    assert "Traceback" not in done.stderr
    assert state(released) == before
