"""Measuring cells stay out of the run and in the notebook."""

import json

import nbformat
import pytest

from tinytorch_lab.course.grading.measuring import with_measuring, without_measuring


def code(name: str, source: str, shown: str = "", **marks) -> nbformat.NotebookNode:
    outputs = [nbformat.v4.new_output("stream", text=shown)] if shown else []
    cell = nbformat.v4.new_code_cell(source, outputs=outputs, id=name)
    if marks:
        cell.metadata["nbgrader"] = marks
    return cell


def text(*cells) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=list(cells)))


SUBMITTED = text(
    code("first", "%%measure\nx = 1", "at the top"),
    code("a", "a = 1"),
    code("one", "%%measure -o m\na", "1 ms"),
    code("two", "%%complexity n=1..8\na", "O(n)"),
    code("sol", "%%measure\ndef f(): pass", grade_id="sol", solution=True),
    code("b", "b = 1"),
    code("last", "%%measure --time\nb", "2 ms"),
)


def names(cells) -> list[str]:
    return [cell["id"] for cell in cells]


def test_measuring_cells_are_not_run_but_cells_that_count_are() -> None:
    assert names(json.loads(without_measuring(SUBMITTED))["cells"]) == ["a", "sol", "b"]


def test_cells_with_magics_that_do_not_measure_are_run_since_others_may_need_them() -> None:
    submitted = text(*(code(name, f"%%{name}\nx = 1") for name in ("time", "capture", "writefile", "bash", "measured")))
    assert without_measuring(submitted) is submitted


def test_they_come_back_in_their_places_with_what_the_student_measured() -> None:
    executed = json.loads(text(code("a", "a = 1", "run"), code("test", "put back"), code("sol", ""), code("b", "")))
    whole = with_measuring(executed, SUBMITTED)["cells"]
    assert names(whole) == ["first", "a", "one", "two", "test", "sol", "b", "last"]
    said = {cell["id"]: "".join("".join(one["text"]) for one in cell["outputs"]) for cell in whole}
    assert (said["one"], said["two"], said["last"], said["a"]) == ("1 ms", "O(n)", "2 ms", "run")
    nbformat.validate(nbformat.reads(json.dumps(executed | {"cells": whole}), as_version=4))


def test_where_the_cell_before_is_gone_they_come_at_the_end() -> None:
    executed = json.loads(text(code("b", "")))
    assert names(with_measuring(executed, SUBMITTED)["cells"]) == ["first", "b", "last", "one", "two"]


def test_a_file_that_was_replaced_meanwhile_by_no_notebook_changes_nothing() -> None:
    executed = json.loads(text(code("a", "")))
    assert with_measuring(executed, "no json") is executed


def test_an_output_that_is_too_large_is_not_taken_over() -> None:
    large = text(code("a", ""), code("m", "%%measure", "x" * 2**21))
    whole = with_measuring(json.loads(text(code("a", ""))), large)
    assert [len(cell["outputs"]) for cell in whole["cells"]] == [0, 0]


@pytest.mark.parametrize("submitted", ["no json", "[]", "[" * 100_000, text(code("a", "a = 1"))])
def test_without_measuring_cells_or_without_a_notebook_the_text_stays_as_it_is(submitted: str) -> None:
    assert without_measuring(submitted) is submitted
