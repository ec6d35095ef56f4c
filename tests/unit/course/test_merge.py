"""Three versions of a notebook: what each cell becomes."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tinytorch_lab.course.merge import merge


def exercise(name: str, source: str) -> NotebookNode:
    metadata = {"nbgrader": {"grade_id": name, "grade": False, "solution": True, "locked": False}}
    return new_code_cell(source, id=name, metadata=metadata)


def locked_test(name: str, source: str) -> NotebookNode:
    metadata = {"nbgrader": {"grade_id": name, "grade": True, "solution": False, "locked": True}}
    return new_code_cell(source, id=name, metadata=metadata)


def text(name: str, source: str) -> NotebookNode:
    return new_markdown_cell(source, id=name)


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


BASE = [text("t", "Title"), exercise("e", "stub"), locked_test("c", "assert 1"), text("z", "End")]
NEW = [text("t", "Title"), exercise("e", "new stub"), locked_test("c", "assert 2"), text("z2", "New end")]


def notebook(cells: list[NotebookNode]) -> NotebookNode:
    made = new_notebook()
    made.cells = copy.deepcopy(cells)  # new_notebook(cells=...) would make doubled ids unique
    return made


def test_what_was_left_alone_becomes_the_new_version() -> None:
    merged = merge(notebook(BASE), notebook(BASE), notebook(NEW))
    assert sources(merged.notebook) == sources(notebook(NEW))
    assert (merged.updated, merged.added, merged.dropped, merged.kept) == (["e", "c"], ["New end"], ["End"], [])


def test_what_the_student_wrote_stays_and_is_named_where_the_course_changed_it_too() -> None:
    mine = notebook(BASE)
    mine.cells[1].source = "my work"
    mine.cells[1].outputs = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    merged = merge(notebook(BASE), mine, notebook(NEW))
    assert sources(merged.notebook) == ["Title", "my work", "assert 2", "New end"]
    assert merged.kept == ["e"]
    assert merged.notebook.cells[1].outputs == mine.cells[1].outputs


def test_an_edited_test_is_the_courses_again() -> None:
    mine = notebook(BASE)
    mine.cells[2].source = "assert True"
    merged = merge(notebook(BASE), mine, notebook(BASE))
    assert sources(merged.notebook) == sources(notebook(BASE))
    assert merged.updated == ["c"]


def test_a_deleted_test_comes_back_and_a_deleted_text_does_not() -> None:
    mine = notebook([BASE[1], BASE[3]])
    merged = merge(notebook(BASE), mine, notebook(BASE))
    assert sources(merged.notebook) == ["stub", "assert 1", "End"]
    assert merged.added == ["c"]


def test_the_students_own_cells_follow_what_they_followed() -> None:
    mine = notebook([new_code_cell("first", id="a"), BASE[0], BASE[1], new_code_cell("try", id="b"), new_code_cell("again", id="d"),
                     BASE[2], BASE[3]])  # fmt: skip
    merged = merge(notebook(BASE), mine, notebook(NEW))
    assert sources(merged.notebook) == ["first", "Title", "new stub", "try", "again", "assert 2", "New end"]


def test_a_copied_exercise_keeps_both_texts() -> None:
    mine = notebook([*BASE[:2], exercise("e", "second try"), *BASE[2:]])
    mine.cells[1].source = "first try"
    merged = merge(notebook(BASE), mine, notebook(BASE))
    assert sources(merged.notebook)[:3] == ["Title", "first try", "second try"]
    assert len({cell.id for cell in merged.notebook.cells}) == 5


def test_hints_and_grading_come_from_the_new_version() -> None:
    mine, new = notebook(BASE), notebook(BASE)
    mine.cells[1].source = "my work"
    new.cells[1].metadata["tinytorch"] = {"hints": ["new"]}
    merged = merge(notebook(BASE), mine, new)
    assert merged.notebook.cells[1].metadata["tinytorch"] == {"hints": ["new"]}
    assert merged.notebook.cells[1].source == "my work"


def test_without_a_base_only_tests_and_new_cells_come() -> None:
    mine = notebook(BASE)
    mine.cells[0].source = "My title"
    merged = merge(None, mine, notebook(NEW))
    assert sources(merged.notebook) == ["My title", "stub", "assert 2", "End", "New end"]


def test_nothing_new_is_nothing_done() -> None:
    assert merge(notebook(BASE), notebook(BASE), notebook(BASE)).is_empty


NAMES = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@pytest.mark.parametrize("with_base", [True, False])
@settings(max_examples=300, deadline=None)
@given(
    base=NAMES,
    mine=NAMES,
    new=NAMES,
    edited=st.sets(st.sampled_from("abcdefgh")),
    locked=st.sets(st.sampled_from("abcdefgh")),
)
def test_nothing_that_the_student_wrote_is_ever_lost(
    with_base: bool, base: list[str], mine: list[str], new: list[str], edited: set[str], locked: set[str]
) -> None:
    def version(names: list[str], mark: str) -> NotebookNode:
        make = [locked_test(n, f"{n} {mark}") if n in locked else exercise(n, f"{n} {mark}") for n in names]
        return notebook(make)

    own = version(mine, "base")
    for cell in own.cells:
        if cell.id in edited:
            cell.source = f"{cell.id} mine"
    before = copy.deepcopy(own)
    merged = merge(version(base, "base") if with_base else None, own, version(new, "new"))
    validate(merged.notebook)
    assert own == before
    written = {f"{name} mine" for name in mine if name in edited and not (name in locked and name in new)}
    assert written <= set(sources(merged.notebook))
    assert [n for n in new if n in locked] == [
        cell.id for cell in merged.notebook.cells if cell.source.endswith("new") and cell.id in locked
    ]
