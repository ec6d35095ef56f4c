"""The command: what it prints, its exit status, which lessons it takes, watching, and what git says has changed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab import cli
from tinytorch_lab.course.catalogue import load_catalogue
from tinytorch_lab.course.check import check as checking
from tinytorch_lab.course.check import command, watch
from tinytorch_lab.course.check.changed import changed_modules
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.runs import CellRun, NotebookRun, Probe, Runs, ScriptRun

Write = Callable[..., Lesson]


@pytest.fixture
def lesson(write: Write, good: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The good lesson, whose runs all go well without being run."""

    def run(lesson: Lesson, expressions: set[str]) -> Runs:
        solved = tuple(CellRun(cell.number, cpu_s=0.25, wall_s=0.25) for cell in lesson.code)
        unsolved = tuple(CellRun(cell.number, "NotImplementedError" if cell.is_test else "") for cell in lesson.code)
        shown = frozenset(cell.number for cell in lesson.code if cell.is_measuring)
        return Runs(
            ScriptRun(), NotebookRun(4.0, 3.0, solved, {}, shown, {"x.nbytes": Probe(8192.0)}), solved, unsolved
        )

    monkeypatch.setattr(checking.check_module, "__defaults__", (run,))
    monkeypatch.chdir(place)
    return write(good)


def test_a_good_lesson_passes_and_its_times_are_reported(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "02_pair: 0 errors, 0 warnings; notebook 4.0 s of 20, graded tests 0.50 s of 3",
        "1 lesson, 0 errors, 0 warnings.",
    ]


def test_an_error_makes_the_command_fail(
    lesson: Lesson, write: Write, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(good.replace("**Predict** the class.", "Run it."))
    assert cli.main(["check", "02"]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("modules/02_pair/pair_dev.py:71: S004 error, cell 11 (Part 2: Systems analysis): ")
    assert last == "1 lesson, 1 error, 0 warnings."


def test_a_module_without_a_lesson_is_a_finding_and_an_unknown_one_a_sentence(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "05"]) == 1
    assert "There is no lesson at" in capsys.readouterr().out
    assert cli.main(["check", "99"]) == 1
    assert "There is no module '99'" in capsys.readouterr().err


def test_mutants_follow_the_check(lesson: Lesson, write: Write, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = good.replace("from tinytorch.core.base import total", "total = sum").replace("total(1, 2)", "total((1, 2))")
    write(text)
    assert cli.main(["check", "02", "--mutants", "--sample", "2", "--seed", "3"]) == 1  # its `needs` no longer fit
    out = capsys.readouterr().out
    assert "02_pair: mutants noticed (sampled)" in out
    assert "   2 of    2 (100.0%)" in out


def test_a_sample_of_none_is_refused(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--mutants", "--sample", "0"]) == 1
    assert "--sample 0 plants nothing" in capsys.readouterr().err


def test_mutants_of_a_broken_lesson_are_a_finding(
    lesson: Lesson, write: Write, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(good.replace("from tinytorch.core.base import total", "from nowhere import total"))
    assert cli.main(["check", "02", "--mutants"]) == 1
    assert "No mutant was run." in capsys.readouterr().out


def test_without_lessons_there_is_nothing_to_check(place: Path) -> None:
    with pytest.raises(command.CourseError, match="There is no lesson below"):
        command.check(place, command.Wanted())


def test_watching_checks_again_after_a_change_until_interrupted(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "lesson.py"
    file.write_text("1")
    seen: list[str] = []
    pauses = iter(["", "2", "", None])

    def pause(_: float) -> None:
        text = next(pauses)
        if text is None:
            raise KeyboardInterrupt
        if text:
            (tmp_path / "a" / "new.py").write_text(text)

    watch.watch([tmp_path], lambda: seen.append("checked"), pause)
    assert seen == ["checked", "checked"]


def test_watch_starts_from_the_command(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(watch, "watch", lambda paths, check: asked.append(paths))
    assert cli.main(["check", "--watch"]) == 0
    assert asked == [[lesson.root / "modules"]]


def git(root: Path, *arguments: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *names, *arguments], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_tells_which_lessons_changed(place: Path, lesson: Lesson) -> None:
    modules = list(load_catalogue(place / "modules" / "course.toml").modules)

    def changed() -> list[str]:
        return [module.number for module in changed_modules(place, modules)]

    assert changed() == ["01", "02", "05"]  # no repository yet
    git(place, "init", "-b", "main")
    git(place, "add", ".")
    git(place, "commit", "-m", "one")
    assert changed() == ["01", "02", "05"]  # nothing before it
    git(place, "commit", "--allow-empty", "-m", "two")
    assert changed() == []
    (place / "modules" / "05_later").mkdir()
    (place / "modules" / "05_later" / "later_dev.py").touch()
    assert changed() == ["05"]
    lesson.path.write_text(lesson.text + "\n", encoding="utf-8")
    assert changed() == ["02", "05"]
    git(place, "checkout", "-b", "topic")
    git(place, "add", ".")
    git(place, "commit", "-m", "three")
    git(place, "commit", "--allow-empty", "-m", "four")
    assert changed() == ["02", "05"]  # the whole branch counts, not its last commit


def test_while_one_writes_a_preview_shows_what_students_get(lesson: Lesson, write: Write, good: str) -> None:
    said: list[str] = []
    wanted = command.Wanted(("02",))
    assert command.preview(lesson.root, wanted, said.append)
    made = lesson.root / ".cache" / "preview" / "02_pair" / "pair.ipynb"
    assert made.relative_to(lesson.root).as_posix() in said[0]
    text = made.read_text(encoding="utf-8")
    assert "YOUR CODE HERE" in text
    assert "BEGIN" not in text
    write(good.replace("### END SOLUTION", "", 1))
    assert command.preview(lesson.root, wanted, said.append)
    assert "02_pair: no preview." in said[1]
    assert "has no '### END SOLUTION'" in said[1]
    assert made.read_text(encoding="utf-8") == text
