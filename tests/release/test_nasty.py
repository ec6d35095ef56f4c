"""Nasty modules that are decided before anything runs: each is refused in words, or what students get holds no sealed line."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course.class_folder import open_class
from tinytorch_lab.course.release import repeats, scan
from tinytorch_lab.course.release.examine import examined
from tinytorch_lab.course.release.model import DRAFT, ERROR, READY, Fault, ReleaseRefused
from tinytorch_lab.course.release.preview import preview
from tinytorch_lab.course.release.stage import prepared
from tinytorch_lab.course.release.status import class_status
from tinytorch_lab.course.student import stripped, to_text

from .folders import write
from .nasty import ALL, SEALED, Nasty

CHECKOUT = Path(__file__).parents[2]

pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")


def named(nasty: Nasty, faults: tuple[Fault, ...]) -> bool:
    """Whether one of the faults is the expected one, at its place."""
    return any(
        fault.rule == nasty.rule
        and nasty.says in str(fault)
        and nasty.line in (0, fault.line)
        and nasty.cell in (0, fault.cell)
        for fault in faults
    )


def by_nbgrader(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The students' version by nbgrader's own preprocessors."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

    made, resources = nbformat.from_dict(source), {}
    for preprocessor in (ClearSolutions(), ClearHiddenTests(), ClearMarkScheme()):
        made, resources = preprocessor.preprocess(made, resources)
    return made


@pytest.mark.parametrize("nasty", [nasty for nasty in ALL if nasty.rule], ids=lambda nasty: nasty.name[:60])
def test_it_is_refused_and_the_fault_is_named_with_its_place(nasty: Nasty, tmp_path: Path) -> None:
    folder = write(tmp_path / "class", nasty.text)
    with pytest.raises(ReleaseRefused) as refused:
        preview("01", folder)
    assert named(nasty, refused.value.faults), str(refused.value)
    str(refused.value).encode()  # can be printed


@pytest.mark.parametrize("nasty", [nasty for nasty in ALL if not nasty.rule], ids=lambda nasty: nasty.name[:60])
def test_it_is_taken_and_stripped_as_nbgrader_does_without_a_leak(nasty: Nasty, tmp_path: Path) -> None:
    folder = open_class(write(tmp_path / "class", nasty.text))
    file, faults = examined(folder, folder.find("01"))
    assert [str(fault) for fault in faults if fault.severity == ERROR] == []
    "\n".join(map(str, faults)).encode()
    source = prepared(file)
    made = stripped(source, "it")
    assert [cell.source for cell in made.cells] == [cell.source for cell in by_nbgrader(source).cells]
    text = to_text(made)
    assert scan.leaks(text.encode(), repeats.hidden(file)) == []

    assert [sealed for sealed in SEALED if sealed in text] == []


def test_the_status_of_a_class_full_of_them_says_each_and_breaks_at_none(tmp_path: Path) -> None:
    few = [nasty for nasty in ALL if len(nasty.text) < 10_000 and nasty.rule != "R3" and nasty.rule != "R5"][::2]
    for number, nasty in enumerate(few):
        write(tmp_path, nasty.text, f"{number:02d}_m{number}")
    status = {one.id: one for one in class_status(tmp_path)}
    assert len(status) == len(few)
    for number, nasty in enumerate(few):
        one = status[f"{number:02d}_m{number}"]
        assert (one.state, bool(one.reason)) == (DRAFT if nasty.rule else READY, bool(nasty.rule)), nasty.name


def test_the_course_s_own_lessons_are_taken() -> None:
    folder = open_class(CHECKOUT)
    for module in folder.catalogue.modules:
        _, faults = examined(folder, module)
        assert [str(fault) for fault in faults if fault.severity == ERROR] == [], module.id
