"""What the routes answer, as plain data; knows no tornado."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinytorch_lab.course import (
    compare,
    complete,
    handin,
    measured,
    milestones,
    outline,
    record,
    reset,
    solution,
    source,
    testing,
    update,
    workspace,
)
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.progress import Progress, course_progress
from tinytorch_lab.course.workspace import Folder, find_folder, open_notebook
from tinytorch_lab.server.sender import Sender


def student_folder(root: Path) -> Folder:
    """The student folder that a server started in ``root`` serves: ``root`` itself, above it, or ``root/course``.

    Raises CourseError if there is none.
    """
    folder = find_folder(root)
    if folder is None and (root / "course").is_dir():
        found = find_folder(root / "course")
        folder = found if found and found.path == root / "course" else None
    if folder is None:
        raise CourseError(f"There is no student folder at {root}. Make one in a terminal: tinytorch-lab new course")
    folder.require("student")
    return folder


def course(root: Path) -> dict[str, Any]:
    """The catalogue with the student's progress; ``problem`` is a sentence if there is no usable folder or progress file."""
    folder, problem = None, None
    try:
        folder = student_folder(root)
        problem = record.load(folder.path).problem
    except CourseError as error:
        problem = str(error)
    progress = course_progress(folder)
    spent = measured.seconds_measured(folder.path) if folder else {}
    catalogue = source.catalogue()
    return {
        "folder": {"kind": folder.kind, "version": folder.version} if folder else None,
        "problem": problem,
        "parts": list(catalogue.parts),
        "modules": [
            _row(module, progress[module.id], root, folder) | {"measuredSeconds": spent.get(module.id, 0.0)}
            for module in catalogue.modules
        ],
        "milestones": [asdict(one) | {"missing": list(one.missing)} for one in milestones.all_milestones(folder)],
    }


def new_folder(root: Path) -> dict[str, Any]:
    """Make the student folder ``root/course`` and answer the course. Refused where there is one already."""
    if find_folder(root) is None:
        workspace.new_student_folder(root / "course")
    return course(root)


def open_module(root: Path, word: str) -> dict[str, str]:
    """The path of the module's notebook, made if it is not there, as the browser's file API names it."""
    folder = student_folder(root)
    return {"path": _api_path(open_notebook(folder, word), root)}


def open_milestone(root: Path, word: str) -> dict[str, str]:
    """The path of the milestone's notebook, made if it is not there."""
    return {"path": _api_path(milestones.open_milestone(student_folder(root), word), root)}


def steps(root: Path, word: str) -> dict[str, Any]:
    """The outline of the module's notebook."""
    return {"steps": [asdict(step) for step in outline.outline(student_folder(root), _module(word))]}


def test(root: Path, word: str, send: Sender) -> None:
    """Run the module's tests; sends one message a test, and one with the sum."""
    tested = testing.run_and_record(student_folder(root), _module(word), _teller(send), send.stop)
    send({"kind": "done", "tested": _tested(tested)})


def complete_module(root: Path, word: str, send: Sender) -> None:
    """Complete the module; sends its steps, one message a test, and one with how it ended."""

    def say(words: str) -> None:
        send({"kind": "step", "text": words})

    done = complete.complete(student_folder(root), _module(word), say, _teller(send), send.stop)
    ratio = done.times_reference
    send(
        {
            "kind": "done",
            "tested": _tested(done.tested),
            "refused": done.refused,
            "others": list(done.others),
            "timesReference": ratio,
            "remark": None if ratio is None else compare.remark(ratio),
        }
    )


def use(root: Path, word: str, mine: bool) -> dict[str, Any]:
    """Switch later modules to the student's module or to the reference."""
    complete.use(student_folder(root), _module(word), mine)
    return {"source": "mine" if mine else "reference"}


def reset_module(root: Path, word: str) -> dict[str, Any]:
    """Begin the module anew; answers where the old notebook went."""
    backup = reset.reset(student_folder(root), _module(word))
    return {"backup": _api_path(backup, root) if backup else None}


def update_modules(root: Path, words: list[str]) -> dict[str, Any]:
    """Bring modules to this version (all of them if none is named); answers what was done to each."""
    folder = student_folder(root)
    modules = [_module(word) for word in words] or [m for m in source.catalogue().modules if source.has_lesson(m)]
    done = update.update(folder, tuple(modules))
    return {
        "modules": [
            {"id": one.module, "sentence": one.sentence, "backup": _api_path(one.backup, root) if one.backup else None}
            for one in done
        ]
    }


def submit(root: Path, word: str) -> dict[str, Any]:
    """Make the file to hand in; answers its receipt."""
    receipt = handin.submit(student_folder(root), _module(word))
    return asdict(receipt) | {"file": _api_path(receipt.file, root)}


def show_solution(root: Path, word: str, anyway: bool) -> dict[str, Any]:
    """The student's functions beside the reference's."""
    pairs = solution.solution(student_folder(root), _module(word), anyway)
    return {"pairs": [asdict(pair) for pair in pairs]}


def _module(word: str) -> Module:
    return source.catalogue().find(word)


def _teller(send: Sender) -> testing.Tell:
    def tell(outcome: testing.Outcome, number: int, total: int) -> None:
        send({"kind": "test", "outcome": asdict(outcome), "number": number, "total": total})

    return tell


def _tested(tested: testing.Tested) -> dict[str, Any]:
    return {
        "module": tested.module,
        "passed": tested.passed,
        "total": len(tested.outcomes),
        "points": tested.points,
        "maxPoints": tested.max_points,
        "stopped": tested.stopped,
        "outcomes": [asdict(outcome) for outcome in tested.outcomes],
    }


def _row(module: Module, progress: Progress, root: Path, folder: Folder | None) -> dict[str, Any]:
    openable = folder is not None and progress.state != "unavailable"
    tests = progress.tests
    return {
        "id": module.id,
        "number": module.number,
        "title": module.title,
        "part": module.part,
        "builds": list(module.builds),
        "question": module.question,
        "needs": list(module.needs),
        "missing": list(progress.missing),
        "points": module.points,
        "state": progress.state,
        "solved": progress.solved,
        "exercises": progress.exercises,
        "path": _api_path(folder.path / module.notebook, root) if folder and openable else None,
        "source": "mine" if progress.mine else "reference",
        "completed": progress.completed,
        "tests": None
        if tests is None
        else {
            "passed": tests.passed,
            "total": tests.total,
            "points": tests.points,
            "maxPoints": tests.max_points,
            "at": tests.at,
            "stale": progress.stale,
        },
        "update": progress.update,
        "timesReference": progress.times_reference,
        "feedback": _feedback(folder, module, root),
        "problem": progress.problem,
    }


def _feedback(folder: Folder | None, module: Module, root: Path) -> str | None:
    """The page with the instructor's feedback, if it is there: ``feedback/NN_name/name.html``."""
    page = folder.path / "feedback" / module.id / f"{module.name}.html" if folder else None
    return _api_path(page, root) if page is not None and page.exists() else None


def _api_path(path: Path, root: Path) -> str:
    if not path.is_relative_to(root):
        raise CourseError(
            f"{path} lies outside of {root}, where this server was started. Start it in the student folder."
        )
    return path.relative_to(root).as_posix()
