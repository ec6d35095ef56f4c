"""Lesson 14: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinytorch_lab
from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "14_profiling" / "profiling_dev.py"

Row = tuple[int, int | None, int | None, float]


def rows(calls: list[Any]) -> dict[tuple[Any, ...], Row]:
    """Number of calls, flops, bytes and seconds of what the lesson's profiler recorded, by layer, operation and phase."""
    found: dict[tuple[Any, ...], Row] = {}
    for call in calls:
        key = call.layer, call.op, call.phase
        count, flops, moved, seconds = found.get(key, (0, 0, 0, 0.0))
        found[key] = count + 1, flops + call.flops, moved + (call.moved_bytes or 0), seconds + call.seconds
    return found


def test_both_profilers_agree_forward_and_on_memory(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    with tinytorch_lab.measure() as judged:
        exec(measuring_cell("judged"), lesson)
    recorder = lesson["recorder"]
    ours = rows(recorder.calls)
    assert {(op.layer, op.name, op.phase) for op in judged.ops} == ours.keys()
    for op in judged.ops:
        calls, flops, moved, seconds = ours[op.layer, op.name, op.phase]
        assert (calls, seconds) == (op.calls, pytest.approx(op.wall_s))
        if op.phase == "forward":
            assert (flops, moved) == (op.flops, op.moved_bytes)
    assert judged.tensors is not None
    assert sum(recorder.kept.values()) == judged.tensors.activations_bytes
    assert recorder.live.peak == judged.tensors.peak_live_bytes
    lesson["compare"](judged, recorder)
    assert len(capsys.readouterr().out.splitlines()) == len(judged.ops) + 2


def test_the_rule_of_thumb_is_near_and_not_exact(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    with tinytorch_lab.measure() as judged:
        exec(measuring_cell("judged"), lesson)
    exact = sum(op.flops or 0 for op in judged.ops if op.phase == "backward")
    by_thumb = sum(call.flops for call in lesson["recorder"].calls if call.phase == "backward")
    assert by_thumb != exact
    assert by_thumb == pytest.approx(exact, rel=0.1)


class Counted(list[Any]):
    """A pile that counts how often it is read."""

    reads = 0

    def __getitem__(self, place: Any) -> Any:
        Counted.reads += 1
        return super().__getitem__(place)


def test_the_cost_of_claiming_grows_with_the_depth_and_not_with_its_square(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    set_up, _ = measuring_cell("depth").split("# measure:\n")
    reads = []
    for size in (100, 200):
        lesson["n"], Counted.reads = size, 0
        exec(set_up, lesson)
        recorder = lesson["Recorder"](lesson["deep"])
        recorder.pile = Counted()
        with lesson["watching"](lesson["deep"], recorder):
            lesson["deep"](lesson["few"])
        assert not recorder.pile
        reads.append(Counted.reads)
    assert reads[1] <= 2.1 * reads[0]


def test_pooling_is_bound_by_memory_and_convolutions_stand_furthest_right(lesson: dict[str, Any]) -> None:
    layers = lesson["profiler"].profile_forward_pass(lesson["cnn"], lesson["images"], 0, 1)["layers"]
    intensity = {layer.type + layer.path: layer.flops / layer.moved_bytes for layer in layers if layer.moved_bytes}
    assert intensity["MaxPool2d2"] < 1
    assert intensity["MaxPool2d5"] < 1
    assert sorted(intensity, key=lambda name: intensity[name])[-2:] == ["Conv2d0", "Conv2d3"]


def test_both_pooling_layers_give_the_same(lesson: dict[str, Any]) -> None:
    x = lesson["Tensor"](np.random.default_rng(1).standard_normal((2, 3, 6, 8)))
    np.testing.assert_array_equal(lesson["SlowPool"]()(x).data, lesson["MaxPool2d"](2)(x).data)


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("quantiz", "pruning", "distill", "kv cache", "memoiz", "benchmarking"):
        assert word not in prose, word
