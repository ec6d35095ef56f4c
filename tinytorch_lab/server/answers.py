"""What the routes answer, as plain data; knows no tornado."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinytorch_lab.course import (
    compare,
    complete,
    handin,
    milestones,
    offered,
    outline,
    release_files,
    reset,
    solution,
    testing,
    update,
    workspace,
)
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.workspace import find_folder, open_notebook
from tinytorch_lab.server.course_answer import course
from tinytorch_lab.server.place import api_path, below, require_there, student_folder
from tinytorch_lab.server.sender import Sender


def new_folder(root: Path) -> dict[str, Any]:
    """Make the student folder ``root/course`` and answer the course; where there is one already, nothing is made."""
    require_there(root)
    if find_folder(root) is None and below(root) is None:
        workspace.new_student_folder(root / "course")
    return course(root)


def open_module(root: Path, word: str) -> dict[str, str]:
    """The path of the module's notebook, made if it is not there, as the browser's file API names it."""
    folder = student_folder(root)
    return {"path": api_path(open_notebook(folder, word), root)}


def open_milestone(root: Path, word: str) -> dict[str, str]:
    """The path of the milestone's notebook, made if it is not there."""
    return {"path": api_path(milestones.open_milestone(student_folder(root), word), root)}


def steps(root: Path, word: str) -> dict[str, Any]:
    """The outline of the module's notebook."""
    return {"steps": [asdict(step) for step in outline.outline(student_folder(root), _module(root, word))]}


def test(root: Path, word: str, send: Sender) -> None:
    """Run the module's tests; sends one message a test, and one with the sum."""
    tested = testing.run_and_record(student_folder(root), _module(root, word), _teller(send), send.stop)
    send({"kind": "done", "tested": _tested(tested)})


def complete_module(root: Path, word: str, send: Sender) -> None:
    """Complete the module; sends its steps, one message a test, and one with how it ended."""

    def say(words: str) -> None:
        send({"kind": "step", "text": words})

    done = complete.complete(student_folder(root), _module(root, word), say, _teller(send), send.stop)
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
    complete.use(student_folder(root), _module(root, word), mine)
    return {"source": "mine" if mine else "reference"}


def reset_module(root: Path, word: str) -> dict[str, Any]:
    """Begin the module anew; answers where the old notebook went."""
    backup = reset.reset(student_folder(root), _module(root, word))
    return {"backup": api_path(backup, root) if backup else None}


def update_modules(root: Path, words: list[str]) -> dict[str, Any]:
    """Bring modules to this version (all of them if none is named); answers what was done to each."""
    folder = student_folder(root)
    modules = [_module(root, word) for word in words] or [
        module for module in offered.offered(folder.path).modules if offered.has_text(folder.path, module)
    ]
    return _updated(update.update(folder, tuple(modules)), root)


def update_from(root: Path, name: str, content: bytes) -> dict[str, Any]:
    """Bring the modules of a release, a zip's ``content``, into the folder; answers what was done to each."""
    folder = student_folder(root)
    return _updated(update.update_from(folder, release_files.read_zip(content, name)), root)


def submit(root: Path, word: str) -> dict[str, Any]:
    """Make the file to hand in; answers its receipt."""
    receipt = handin.submit(student_folder(root), _module(root, word))
    return asdict(receipt) | {"file": api_path(receipt.file, root)}


def show_solution(root: Path, word: str, anyway: bool) -> dict[str, Any]:
    """The student's functions beside the reference's."""
    pairs = solution.solution(student_folder(root), _module(root, word), anyway)
    return {"pairs": [asdict(pair) for pair in pairs]}


def _module(root: Path, word: str) -> Module:
    return offered.offered(student_folder(root).path).find(word)


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


def _updated(done: list[update.Update], root: Path) -> dict[str, Any]:
    return {
        "modules": [
            {"id": one.module, "sentence": one.sentence, "backup": api_path(one.backup, root) if one.backup else None}
            for one in done
        ]
    }
