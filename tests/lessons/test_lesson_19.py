"""Lesson 19: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinytorch_lab
from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "19_benchmarking" / "benchmarking_dev.py"


def test_the_width_falls_with_the_root_of_the_number_of_runs(lesson: dict[str, Any]) -> None:
    rng = np.random.default_rng(19)

    def width(size: int) -> float:
        ends = np.array([lesson["median_interval"](rng.standard_normal(size)) for _ in range(60)])
        return float((ends[:, 1] - ends[:, 0]).mean())

    for size in (100, 400):
        assert width(4 * size) / width(size) == pytest.approx(0.5, rel=0.1)


def test_a_comparison_calls_both_workloads_once_in_each_round(lesson: dict[str, Any]) -> None:
    calls = []
    for rounds in (64, 128):
        counted: list[None] = []
        lesson["compare"](lambda counted=counted: counted.append(None), list, rounds, 0, iter(range(10_000)).__next__)
        calls.append(len(counted))
    assert calls == [64, 128]


def test_the_complexity_cell_compares_n_rounds(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    asked: list[Any] = []
    lesson["compare"] = lambda *arguments: asked.extend(arguments)
    lesson["n"] = 10
    exec(measuring_cell("certainty"), lesson)
    assert asked == [lesson["small_work"], lesson["small_work"], 10]


def test_only_taking_turns_is_right_on_all_machines(lesson: dict[str, Any]) -> None:
    found = {
        order: [lesson["alarms"](lesson[order], options) for options in lesson["machines"].values()]
        for order in ("apart", "fixed", "in_turns")
    }
    assert max(found["in_turns"]) < 0.06
    assert found["apart"][0] < 0.06
    assert found["apart"][1] > 0.3
    assert found["apart"][2] < 0.06
    assert max(found["fixed"][:2]) < 0.06
    assert found["fixed"][2] > 0.3


def test_the_minimum_falls_with_the_number_of_runs_and_the_median_does_not(lesson: dict[str, Any]) -> None:
    def of(kind: str, size: int) -> tuple[float, float]:
        samples = np.array([lesson[kind](size) for _ in range(200)])
        return float(samples.min(axis=1).mean()), float(np.median(samples, axis=1).mean())

    assert of("boosted", 10)[0] > 1.1 * of("boosted", 1000)[0]
    assert of("boosted", 10)[1] == pytest.approx(of("boosted", 1000)[1], rel=0.01)
    assert of("interrupted", 10)[0] == pytest.approx(1, abs=0.005)
    assert of("interrupted", 1000)[1] == pytest.approx(1, abs=0.01)


def test_the_wide_model_reads_the_digits_and_the_narrow_one_does_not_reach_the_target(lesson: dict[str, Any]) -> None:
    narrow, wide, again = lesson["rows"]
    assert narrow.accuracy < lesson["judge"].target < wide.accuracy == again.accuracy
    assert narrow.accuracy > 0.8
    assert narrow.memory < wide.memory
    assert [rule.split()[1] for rule in lesson["judge"].refusals(wide, narrow)] == ["accuracy"]
    assert lesson["judge"].refusals(wide, again) == []
    assert len(lesson["judge"].refusals(wide, lesson["other"])) == 5


def test_arrays_between_layers_need_more_than_the_parameters(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    wide = lesson["rows"][1]
    parameters = sum(p.data.nbytes for p in lesson["wide"].parameters())
    assert wide.memory - parameters > parameters
    with tinytorch_lab.measure() as judged:
        exec(measuring_cell("judged"), lesson)
    assert judged.tensors is not None
    assert judged.tensors.peak_live_bytes >= wide.memory - parameters


def test_the_written_answer_has_the_number_of_runs(lesson: dict[str, Any]) -> None:
    machine = lesson["Machine"](seed=1, noise=0.05)
    results = [lesson["Benchmark"](machine.work(1.0), "", 0, 400, machine).run() for _ in range(20)]
    width = np.mean([high - low for low, high in (result.interval() for result in results)])
    assert width * 20 == pytest.approx(0.25, rel=0.1)
    assert pytest.approx(160, rel=0.05) == (0.25 / 0.02) ** 2


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    assert "capstone" not in prose
