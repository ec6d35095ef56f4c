"""Lesson 16: its measurements show what its prose asks about, and change when a student's function is naive."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "16_compression" / "compression_dev.py"


@pytest.fixture(scope="module")
def once() -> dict[str, Any]:
    """What conftest's ``lesson`` makes, for the whole file: this lesson trains some thirty networks."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    return namespace


@pytest.fixture
def lesson(once: dict[str, Any]) -> dict[str, Any]:
    """A copy: a test may bind names anew, but must not change what they stand for."""
    return dict(once)


def test_zeros_change_neither_the_flops_nor_the_bytes_and_fewer_neurons_do(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    exec(measuring_cell("forms"), lesson)
    profiler, size = lesson["Profiler"](), lesson["model_bytes"]
    full, sparse, slim = lesson["full"], lesson["sparse"], lesson["slim"]
    flops = {name: profiler.count_flops(lesson[name], (64, 512)) for name in ("full", "sparse", "slim")}
    assert flops["full"] == flops["sparse"] == 2 * 64 * (2 * 512 * 512 + 512) + 64 * 512
    assert flops["slim"] == 64 * (2 * 2 * 512 * 164 + 164 + 512) + 64 * 164
    assert size(full) == size(sparse) > 3 * size(slim)
    assert lesson["measure_sparsity"](sparse) == pytest.approx(0.9, abs=1e-5)


def test_the_form_without_zeros_computes_the_same_product(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    exec(measuring_cell("forms"), lesson)
    weight = lesson["sparse"][0].weight.data
    np.testing.assert_allclose(lesson["y_others"], lesson["x64"].data @ weight, atol=1e-4)
    assert len(lesson["others"][0]) == np.count_nonzero(weight)


def test_the_cost_of_two_thin_layers_is_proportional_to_their_rank(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    """By counted flops; as many as the wide layer's at half of its side. Factors multiplied back would cost the same."""
    setup, _, measured = measuring_cell("growth").partition("# measure:\n")
    flops = {}
    for lesson["rank"] in (4, 64, 128, 256):
        exec(setup, lesson)
        exec(measured, lesson)
        flops[lesson["rank"]] = (
            lesson["Profiler"]().count_flops(lesson["thin"], (512, 256)) - 512 * 256
        )  # without the bias
    assert {rank: count / rank for rank, count in flops.items()} == dict.fromkeys(flops, 2 * 512 * 512)
    assert flops[128] == 2 * 512 * 256 * 256


def test_measured_and_promised_errors_agree_and_training_makes_strong_directions(lesson: dict[str, Any]) -> None:
    for (name, ratio), (measured, promised) in lesson["errors"].items():
        assert measured == pytest.approx(promised, rel=1e-3), (name, ratio)
        assert lesson["errors"]["trained", ratio][0] < lesson["errors"]["random", ratio][0]


def test_both_students_have_the_same_chances_and_every_seed_is_printed(
    lesson: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The cell of 2.5 again, with training replaced by a note of what it was asked for."""
    source = next(cell.source for cell in read_lesson(LESSON).cells if cell.source.startswith("best, seeds"))
    asked: dict[str, list[Any]] = {"alone": [], "distilled": []}

    def noted(model: Any, seed: int, rate: float, loss: Any = None) -> Any:
        start = float(sum(parameter.data.sum() for parameter in model.parameters()))
        asked["alone" if loss is None else "distilled"].append((seed, rate, start))
        assert loss is None or (loss.student is model and loss.teacher is lesson["network"])
        return model

    exec(source, {**lesson, "train": noted})
    assert asked["alone"] == asked["distilled"]
    assert len(asked["alone"]) == 3 * 4
    assert len({start for *_, start in asked["alone"]}) == 4, "each seed has weights of its own"
    rows = [line for line in capsys.readouterr().out.splitlines() if " rate " in line]
    assert [len(re.findall(r"%", row)) for row in rows] == 6 * [5]


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [(0.1, "ahead for every seed"), (-0.1, "behind for every seed"), (0.0, "no winner here")],
)
def test_the_lesson_says_who_wins_whoever_it_is(
    lesson: dict[str, Any], capsys: pytest.CaptureFixture[str], shift: float, verdict: str
) -> None:
    source = next(cell.source for cell in read_lesson(LESSON).cells if cell.source.startswith("best, seeds"))
    distilled: set[int] = set()

    def noted(model: Any, seed: int, rate: float, loss: Any = None) -> Any:
        distilled.update([] if loss is None else [id(model)])
        return model

    def scored(model: Any, *pictures: Any) -> float:
        return 0.5 + (shift if id(model) in distilled else 0)

    kept: list[Any] = []  # so that no id is used twice
    dense = lesson["dense"]
    exec(source, {**lesson, "train": noted, "accuracy": scored, "dense": lambda *w: kept.append(dense(*w)) or kept[-1]})
    assert verdict in capsys.readouterr().out.splitlines()[-1]


def test_choosing_and_testing_pictures_are_not_learnt_from(lesson: dict[str, Any]) -> None:
    learn, choose = set(lesson["learn"].tolist()), set(lesson["choose"].tolist())
    assert not learn & choose
    assert len(learn | choose) == len(lesson["y_all"]) == 1437


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("kv cache", "memoization", "tiling", "benchmark", "capstone"):
        assert word not in prose, word
