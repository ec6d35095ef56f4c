"""R6 and R9: the reference gets all its points; what students get runs up to its first stub, and fails every test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course import source as installed
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.export import export_lesson
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.kernel_run import run_cells
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import is_exercise, is_measuring, is_test
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.model import ERROR, WARNING, Fault
from tinytorch_lab.course.workspace import MARKER


@dataclass(frozen=True)
class Ran:
    """What one cell did: ``raised`` what it raised, ``stderr`` what it wrote there, ``result`` its value as text ("" if none)."""

    raised: str = ""
    stderr: str = ""
    result: str = ""


def reference(file: AuthorFile, source: NotebookNode, environment: Mapping[str, str]) -> Iterator[Fault]:
    """R6: the faults of the reference's run."""
    ran, stopped = run(source, environment)
    for cell, node in zip(file.cells, source.cells, strict=True):
        happened = ran.get(cell.number)
        if happened is None and is_test(node):
            yield file.fault(
                "R6", f"The reference's test was not run: {stopped}", "Mend the cell that ended the run.", cell
            )
        elif happened and happened.raised:
            # What only a measurement defines is missing here, since measuring cells are left out: no reason to refuse.
            what, severity = ("fails its own test", ERROR) if is_test(node) else ("raises", WARNING)
            found = f"The reference {what}: {happened.raised}."
            yield file.fault("R6", found, "Mend the reference or its test.", cell, severity=severity)
        elif happened and is_test(node):
            yield from _scored_wrong(file, cell.number, happened)
    if stopped and len(ran) < len(_executed(source)):
        cell = file.cells[min(set(_executed(source)) - ran.keys()) - 1]
        yield file.fault("R6", stopped, "Mend it, or make it shorter.", cell)


def _scored_wrong(file: AuthorFile, number: int, happened: Ran) -> Iterator[Fault]:
    cell = file.cells[number - 1]
    if happened.stderr:
        yield file.fault(
            "R6", f"The test writes on stderr, for which nbgrader gives 0 points: {happened.stderr.strip()[:120]}",
            "Silence the warning, or mend what it is about.", cell,
        )  # fmt: skip
    if happened.result and happened.result != "None":
        yield file.fault(
            "R6", f"The test ends in the value {happened.result[:60]}, which nbgrader may take for points.",
            "End it with a statement, or with a call that returns nothing.", cell,
        )  # fmt: skip


def untouched(file: AuthorFile, release: NotebookNode, environment: Mapping[str, str]) -> Iterator[Fault]:
    """R9 and empty tests: the faults of the released notebook's run as it is."""
    ran, stopped = run(release, environment)
    before_a_stub = True
    for cell, node in zip(file.cells, release.cells, strict=True):
        before_a_stub = before_a_stub and not is_exercise(node)
        happened = ran.get(cell.number)
        if happened is None:
            continue
        if before_a_stub and happened.raised:
            yield file.fault(
                "R9", f"In the students' version the cell raises {happened.raised}, before the first stub.",
                "What stands above the exercises must run without them.", cell,
            )  # fmt: skip
        elif is_test(node) and not happened.raised:
            yield file.fault(
                "R6", "The test passes without a solution.", "Call in it what the student writes, and compare.", cell
            )
    if stopped:
        yield Fault(0, 0, "R9", "", f"The students' version does not run to its end: {stopped}", "Mend that.", WARNING)


def run(notebook: NotebookNode, environment: Mapping[str, str]) -> tuple[dict[int, Ran], str]:
    """Execute the code cells but measuring ones in a fresh kernel: what each did, by its number; why it ended early or ""."""
    numbers = _executed(notebook)
    ran: dict[int, Ran] = {}
    cells = nbformat.from_dict(dict(notebook))
    cells.cells = [notebook.cells[number - 1] for number in numbers]

    def ended(cell: NotebookNode) -> None:
        ran[numbers[len(ran)]] = _happened(cell)

    with tempfile.TemporaryDirectory() as empty:
        return ran, run_cells(cells, Path(empty), environment, ended) or ""


def _executed(notebook: NotebookNode) -> list[int]:
    """The numbers of the cells to run: code, but for cells that only measure."""
    code = [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return [number for number, cell in code if not is_measuring(cell) or grader(cell)]


def _happened(cell: NotebookNode) -> Ran:
    error = next((one for one in cell.outputs if one.output_type == "error"), None)
    result = next((one for one in cell.outputs if one.output_type == "execute_result"), None)
    return Ran(
        f"{error.ename}: {error.evalue.strip().partition(chr(10))[0][:200]}" if error else "",
        "".join(one.text for one in cell.outputs if one.get("name") == "stderr"),
        str(result.data.get("text/plain", "")) if result else "",
    )


@contextmanager
def surroundings(folder: ClassFolder, module: Module) -> Iterator[dict[str, str]]:
    """The environment of a run: the library with the class's own earlier modules, this one and later ones out of reach."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        write_atomic(home / MARKER, '{"kind": "student", "version": 1}\n')
        for package in ("core", "perf"):
            (home / "tinytorch" / package).mkdir(parents=True)
        for path, text in earlier(folder, module):
            write_atomic(home / path, text)
        yield {
            **os.environ,
            "TINYTORCH_HOME": place,
            "TINYTORCH_MASK": ",".join(masked(folder, module)),
            "TINYTORCH_LAB_HISTORY": "off",
            "MPLBACKEND": "agg",
        }


def masked(folder: ClassFolder, module: Module) -> tuple[str, ...]:
    """What cannot be imported while the module is proven or graded: what it makes, and what comes later."""
    names: dict[str, None] = {}
    for modules in (installed.catalogue().modules, folder.catalogue.modules):
        ids = [one.id for one in modules]
        if module.id in ids:
            names |= {one.exports: None for one in modules[ids.index(module.id) :] if one.exports}
    return tuple(names)


def earlier(folder: ClassFolder, module: Module) -> Iterator[tuple[str, str]]:
    """The library files that the class's modules before this one make, where they are to be had."""
    for other in folder.catalogue.modules:
        if other.id == module.id:
            return
        if other.exports and (folder.root / other.source).is_file():
            try:
                made = export_lesson(folder.root, other)
            except CourseError:
                continue  # its own release says what is wrong with it; until then the reference stands in
            yield made.path, made.text
