"""Lesson 20: its measurements show what its prose asks about, and change when a student's function is naive."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinytorch_lab
from tinytorch_lab.course.catalogue import Catalogue
from tinytorch_lab.course.lesson import read_lesson
from tinytorch_lab.course.source import catalogue

LESSON = Path(__file__).resolve().parents[2] / "modules" / "20_capstone" / "capstone_dev.py"


@pytest.fixture(scope="module")
def once() -> dict[str, Any]:
    """What conftest's ``lesson`` makes, for the whole file: this lesson trains several networks."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    return namespace


@pytest.fixture
def lesson(once: dict[str, Any]) -> dict[str, Any]:
    """A copy: a test may bind names anew, but must not change what they stand for."""
    return dict(once)


@pytest.fixture
def rows(lesson: dict[str, Any]) -> dict[str, Any]:
    return {row.name: row for row in lesson["rows"]}


def test_zeros_make_only_the_file_smaller(rows: dict[str, Any]) -> None:
    baseline, sparse = rows["baseline"], rows["sparse"]
    assert sparse.memory == baseline.memory
    assert sparse.size < baseline.size / 3


def test_fewer_neurons_need_less_memory_and_storage(rows: dict[str, Any]) -> None:
    assert rows["slim"].memory < rows["baseline"].memory / 2
    assert rows["slim"].size < rows["baseline"].size / 3


def test_int8_makes_weights_and_file_smaller_and_leaves_what_lies_between_the_layers(
    lesson: dict[str, Any], rows: dict[str, Any]
) -> None:
    def between(name: str) -> int:
        return int(rows[name].memory - lesson["model_bytes"](lesson["models"][name]))

    assert between("int8") == between("baseline") > 2 * between("slim")
    assert rows["int8"].size < rows["baseline"].size / 2
    assert rows["int8"].memory < rows["baseline"].memory
    assert between("baseline") > lesson["model_bytes"](lesson["network"])


def test_every_candidate_but_the_worst_reads_the_digits(rows: dict[str, Any]) -> None:
    assert all(row.accuracy > 0.85 for row in rows.values())
    assert rows["baseline"].accuracy > 0.92


def test_the_choice_keeps_the_rule(lesson: dict[str, Any], rows: dict[str, Any]) -> None:
    best, floor = lesson["best"], lesson["floor"]
    assert floor == pytest.approx(rows["baseline"].accuracy - 0.01)
    assert best.accuracy >= floor
    assert not any(row.size < best.size and row.accuracy >= floor and row.verdict != "slower" for row in rows.values())


def test_the_pictures_of_the_submission_are_neither_learnt_from_nor_chosen_by(lesson: dict[str, Any]) -> None:
    learn, choose, unseen = (
        {row.tobytes() for row in np.unique(lesson[name].data, axis=0)} for name in ("x_learn", "x_choose", "unseen")
    )
    assert len(lesson["x_learn"]) + len(lesson["x_choose"]) == len(lesson["y_all"]) == 1437
    assert not (learn | choose) & unseen
    assert not learn & choose
    assert lesson["final"].x is lesson["unseen"]
    assert lesson["choosing"].x is lesson["x_choose"]


def test_the_measured_cell_counts_what_the_footprint_says(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    with tinytorch_lab.measure() as counted:
        exec(measuring_cell("counted"), lesson)
    assert counted.tensors is not None
    between = lesson["counted_bytes"] - lesson["model_bytes"](lesson["chosen"])
    assert counted.tensors.peak_live_bytes >= between
    assert lesson["counted_bytes"] == lesson["submission"]["memory"]["value"]


def test_each_candidate_is_compared_with_each_where_none_dominates(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    setup, _, measured = measuring_cell("pairs").partition("# measure:\n")
    found = {}
    for lesson["n"] in (20, 40):
        exec(setup, lesson)
        asked: list[None] = []

        class Counted(lesson["Candidate"]):  # type: ignore[misc]
            def costs(self, asked: list[None] = asked) -> tuple[float, ...]:
                asked.append(None)
                return super().costs()  # type: ignore[no-any-return]

        lesson["line"] = [Counted(*one) for one in lesson["line"]]
        assert lesson["frontier"](lesson["line"]) == lesson["line"]
        asked.clear()
        exec(measured, lesson)
        found[lesson["n"]] = len(asked)
        asked.clear()
        lesson["frontier"]([Counted("", 1, 0, 0, 0, ""), *lesson["line"]])
        assert len(asked) < 6 * lesson["n"]
    assert found[40] == 4 * found[20]


def test_counted_figures_of_the_submission_are_confirmed_and_changed_ones_are_not(lesson: dict[str, Any]) -> None:
    timed = re.compile("'speedup'")
    assert [reason for reason in lesson["honest"].reasons if not timed.match(reason)] == []
    assert lesson["honest"].found["accuracy"] == lesson["submission"]["accuracy"]
    assert lesson["submission"]["accuracy"]["value"] >= 0.9


def test_prerequisites_are_the_imports() -> None:
    found: Catalogue = catalogue()
    (module,) = [module for module in found.modules if module.id == LESSON.parent.name]
    assert list(module.needs) == ["16_compression", "19_benchmarking"]
