"""A submission is put right without being lost, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from small_module import cell, notebook, plain, released, solved, task

from tinytorch_lab.course.grading.engine.restore import restore
from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.engine.source import given
from tinytorch_lab.course.notebooks import grade_id, parse_notebook

SOURCE = json.dumps(notebook())


def restored(change: Any = None) -> Any:
    submission = released(notebook())
    if change:
        change(submission)
    return restore(given(SOURCE), parse_notebook(json.dumps(submission)))


def names(made: Any) -> list[str]:
    return [grade_id(one) for one in made.notebook.cells if grade_id(one)]


ALL = names(restored())


def test_an_honest_submission_gets_the_hidden_tests_and_no_note() -> None:
    made = restored()
    assert (made.notes, made.tampered) == ((), False)
    assert (
        "gives(3 * 2, double(3))" in next(one for one in made.notebook.cells if grade_id(one) == "double-test").source
    )
    assert "return x * 2" in next(one for one in made.notebook.cells if grade_id(one) == "double").source
    nbformat.validate(made.notebook)


def test_an_edited_test_is_put_back() -> None:
    made = restored(lambda one: cell(one, "triple-test").update(source="pass"))
    assert made.tampered
    assert made.notes == ("The given cell triple-test was edited; it was put back.",)
    assert "BEGIN HIDDEN" in next(one for one in made.notebook.cells if grade_id(one) == "triple-test").source


def test_a_test_of_an_earlier_release_is_replaced_and_no_tampering() -> None:
    from nbgrader.utils import compute_checksum

    def change(submission: dict[str, Any]) -> None:
        old = cell(submission, "triple-test")
        old["source"] = "gives(4, triple(1))  # what was mended since"
        old["metadata"]["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(old))

    made = restored(change)
    assert (made.notes, made.tampered) == ((), False)
    assert "what was mended" not in next(one for one in made.notebook.cells if grade_id(one) == "triple-test").source


@pytest.mark.parametrize(
    "gone", [["triple-test"], ["helper"], ["triple", "triple-test"], ["helper", "double", "double-test"], ALL]
)
def test_missing_given_cells_are_put_back_in_their_place(gone: list[str]) -> None:
    def change(submission: dict[str, Any]) -> None:
        submission["cells"] = [
            one for one in submission["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") not in gone
        ]

    made = restored(change)
    answers = {"double", "triple", "quadruple", "quintuple"}  # exercises: there is nothing to put back
    assert names(made) == [name for name in ALL if name not in gone or name not in answers]
    assert len(made.notes) == len([name for name in gone if name not in answers])


def test_of_a_repeated_test_the_one_as_given_counts() -> None:
    def change(submission: dict[str, Any]) -> None:
        at = submission["cells"].index(cell(submission, "triple-test"))
        submission["cells"].insert(at, {**submission["cells"][at], "source": "pass  # mine", "id": "other"})

    made = restored(change)
    assert names(made) == ALL
    assert (made.tampered, made.notes) == (False, ("The cell triple-test is there 2 times; one counts.",))
    assert "grade_id" not in str(next(one for one in made.notebook.cells if "# mine" in one.source).metadata)


def test_of_a_repeated_answer_the_one_that_was_filled_in_counts() -> None:
    def change(submission: dict[str, Any]) -> None:
        why = cell(submission, "why")
        why["source"] = "YOUR ANSWER HERE"
        submission["cells"].append({**why, "source": "since", "id": "other"})

    kept = [one for one in restored(change).notebook.cells if grade_id(one) == "why"]
    assert [one.source for one in kept] == ["since"]


LIES = {
    "more points": {"points": 500},
    "no grade": {"grade": False},
    "a solution": {"solution": True},
    "not locked": {"locked": False},
    "points that are no number": {"points": "many"},
    "no version": {"schema_version": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_metadata_are_the_source_s_whatever_the_submission_says(lie: str) -> None:
    made = restored(lambda one: cell(one, "triple-test")["metadata"]["nbgrader"].update(LIES[lie]))
    honest = next(one for one in restored().notebook.cells if grade_id(one) == "triple-test")
    assert next(one for one in made.notebook.cells if grade_id(one) == "triple-test") == honest


def test_a_graded_cell_of_the_student_s_own_counts_nothing() -> None:
    mine = {"grade": True, "grade_id": "mine", "locked": True, "points": 50, "schema_version": 3, "solution": False}
    made = restored(lambda one: one["cells"].append({**plain("pass"), "metadata": {"nbgrader": mine}}))
    assert names(made) == ALL


STRANGE = {
    "half of a character": lambda one: cell(one, "double").update(source="x = '\ud800'"),
    "another kind of cell": lambda one: cell(one, "triple-test").update(cell_type="markdown"),
    "ids twice": lambda one: [each.update(id="same") for each in one["cells"]],
    "no ids": lambda one: [each.pop("id") for each in one["cells"]],
    "outputs that are none": lambda one: cell(one, "double").update(outputs="forged"),
    "an attachment": lambda one: cell(one, "why").update(attachments={"a.png": {"image/png": "iVBOR"}}),
    "strange metadata": lambda one: one.update(metadata={"kernelspec": {"name": "../../sh", "language": "sh"}}),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_notebook_becomes_a_valid_one(name: str) -> None:
    made = restored(STRANGE[name])
    nbformat.validate(made.notebook)
    assert names(made) == ALL
    assert made.notebook.metadata.kernelspec.name == "python3"


def test_attachments_of_a_written_answer_are_kept() -> None:
    why = next(one for one in restored(STRANGE["an attachment"]).notebook.cells if grade_id(one) == "why")
    assert why.attachments == {"a.png": {"image/png": "iVBOR"}}


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"nbformat": 4, "cells": 1}', "[" * 100_000])
def test_what_is_no_notebook_fails_with_a_sentence(text: str) -> None:
    from dataclasses import replace

    graded = grade_one(replace(solved(), submitted=text))
    assert (graded.state, graded.score) == ("grading failed", None)
    assert graded.reason.startswith("What was handed in is no readable notebook")


def test_an_empty_notebook_gets_no_points_and_every_test() -> None:
    graded = grade_one(task({**released(notebook()), "cells": []}))
    assert (graded.state, graded.score, graded.max_score) == ("restored", 0.0, 24.0)
