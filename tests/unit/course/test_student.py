from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson import read_lesson
from tinytorch_lab.course.student import student_notebook, to_text


def test_the_solution_becomes_a_stub_and_the_hints_metadata(lesson: Path) -> None:
    _, _, exercise, test, question = student_notebook(lesson).cells
    assert exercise.source == (
        '#| export\ndef add(a, b):\n    """a + b"""\n    # TODO: add them.\n    # APPROACH:\n    #   1. use the operator\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert exercise.metadata["tinytorch"] == {"hints": ["The plus sign is enough.", "Mind the order."]}
    assert exercise.metadata["deletable"] is False
    assert "editable" not in exercise.metadata
    assert "add(1, 2)" in test.source
    assert "add(-1, 2)" not in test.source
    assert test.metadata["editable"] is False
    assert question.source == "Why?\n\nYOUR ANSWER HERE"


def test_no_sealed_line_is_anywhere_in_the_file(lesson: Path) -> None:
    text = to_text(student_notebook(lesson))
    for sealed in ("total = a + b", "return total", "add(-1, 2)", "Because.", "BEGIN", "END SOLUTION"):
        assert sealed in lesson.read_text(encoding="utf-8")
        assert sealed not in text


def test_the_same_lesson_makes_the_same_bytes(lesson: Path) -> None:
    first, second = student_notebook(lesson), student_notebook(lesson)
    assert to_text(first) == to_text(second)
    assert len({cell.id for cell in first.cells}) == len(first.cells)


def test_equal_cells_get_different_ids(lesson: Path) -> None:
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\n# %%\nx = 1\n\n# %%\nx = 1\n", encoding="utf-8")
    one, other = student_notebook(lesson).cells[-2:]
    assert one.source == other.source
    assert one.id != other.id


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", "has no '### END SOLUTION' after it"),
        ("    ### BEGIN SOLUTION\n", "", "has no '### BEGIN SOLUTION' before it"),
        ("    ### END HIDDEN TESTS\n", "", "has no '### END HIDDEN TESTS' after it"),
        ("    total =", "    ### BEGIN SOLUTION\n    total =", "inside of another region"),
        ('"solution": true', '"solution": false', "in a cell of another kind"),
    ],
)
def test_broken_markers_are_refused_with_the_cell(lesson: Path, old: str, new: str, message: str) -> None:
    lesson.write_text(lesson.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError, match=message) as caught:
        student_notebook(lesson)
    assert "cell that begins with" in str(caught.value)


def test_nbgraders_own_preprocessors_cut_the_same_text(lesson: Path) -> None:
    pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, LockCells

    theirs = read_lesson(lesson)
    resources: dict = {}
    for preprocessor in (LockCells(), ClearSolutions(), ClearHiddenTests()):
        theirs, resources = preprocessor.preprocess(theirs, resources)
    ours = student_notebook(lesson)
    hints = ("HINTS:", "- The plus", "is enough.", "- Mind")
    for our, their in zip(ours.cells, theirs.cells, strict=True):
        without_hints = [line for line in their.source.split("\n") if not any(hint in line for hint in hints)]
        assert our.source.split("\n") == without_hints
        for key in ("deletable", "editable", "nbgrader"):
            assert our.metadata.get(key) == their.metadata.get(key)


def test_the_notebook_is_valid_and_names_its_kernel(lesson: Path) -> None:
    notebook = nbformat.reads(to_text(student_notebook(lesson)), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata
