"""Lesson 13: its measurements show what its prose asks about, its GPT beats the table of pairs, and it draws while it trains."""

import builtins
import re
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "13_transformers" / "transformers_dev.py"
MIB = 2**20
Peaks = Callable[[str], dict[str, int]]
CODE = [cell.source for cell in read_lesson(LESSON).cells if cell.cell_type == "code"]
LEARNING = next(source for source in CODE if "writer = GPT(" in source)
JUDGING = next(source for source in CODE if "unseen_loss = " in source)


@pytest.fixture
def lesson() -> dict[str, Any]:
    """The lesson's namespace after all of its cells but those that measure, train and judge."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for source in CODE:
        if not source.startswith("%%") and source not in (LEARNING, JUDGING):
            exec(compile(source, "cell", "exec"), namespace)
    return namespace


def kept_by(lesson: dict[str, Any], source: str) -> int:
    """The bytes that ``source`` leaves behind."""
    tracemalloc.start()
    try:
        exec(source, lesson)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_fewer_passes_leave_fewer_arrays_behind(peaks: Peaks) -> None:
    found = peaks("norms")
    assert found["fused"] <= 2 * 16 + 1  # the normalized rows and the result
    assert found["by_formula"] >= 2 * 16
    assert found["by_formula"] >= found["fused"]


def test_a_norm_by_the_formula_shows_in_the_figures(lesson: dict[str, Any], peaks: Peaks) -> None:
    def naive(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
        centered, squares = x - x.mean(-1, keepdims=True), (x - x.mean(-1, keepdims=True)) ** 2
        scaled = centered / np.sqrt(squares.mean(-1, keepdims=True) + eps)
        return gamma * scaled + beta

    lesson["layer_norm"] = naive
    assert peaks("norms")["fused"] >= 4 * 16


def test_parameters_and_products_are_those_of_the_formula(lesson: dict[str, Any]) -> None:
    from tinytorch.core.tensor import Event, set_observer
    from tinytorch_lab.profiler.ops.flops import forward_flops

    counted: Counter[str] = Counter()

    def count(event: Event) -> None:
        if event.op in ("linear", "attention"):
            shapes, out = [np.shape(x) for x in event.inputs], event.output.shape
            counted[event.op] += forward_flops(event.op, shapes, out, event.params) or 0
            if event.op == "linear" and len(shapes) == 3:
                counted["biases"] += event.output.size
            if event.op == "attention":
                counted["softmax"] += 6 * np.prod(out[:-1]) * shapes[1][-2]

    model, ids = lesson["model"], lesson["ids"]
    before = set_observer(count)
    try:
        model(ids)
    finally:
        set_observer(before)
    products = counted["linear"] - counted["biases"] + counted["attention"] - counted["softmax"]
    assert products == ids.size * lesson["products"]
    assert sum(parameter.size for parameter in model.parameters()) == lesson["parameters"]


def test_a_block_keeps_the_arrays_of_the_written_answer(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    """Some 25 B T D numbers and B H T T weights, with B = 2, D = 64 and H = 4."""
    for size, line in zip((256, 512), measuring_cell("activations").splitlines(), strict=True):
        expected = 4 * (25 * 2 * size * 64 + 2 * 4 * size * size)
        assert kept_by(lesson, line) == pytest.approx(expected, rel=0.06)


def test_composed_attention_shows_in_what_a_block_keeps(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tinytorch.core import attention

    line = measuring_cell("activations").splitlines()[1]
    fused, own = kept_by(lesson, line), attention.apply

    def composed(op: Any, *inputs: Any, mask: Any = None, **params: Any) -> Any:
        if op is attention.attention:
            return attention.scaled_dot_product_attention(*inputs, mask=mask)[0]
        return own(op, *inputs, **params)

    monkeypatch.setattr(attention, "apply", composed)
    assert kept_by(lesson, line) > fused + 2 * 4 * (2 * 4 * 512 * 512)  # two more arrays of all scores at least


def test_memory_bends_from_the_length_to_its_square(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    set_up, run = measuring_cell("growth").split("# measure:\n")
    longest = int(re.findall(r"T=16\.\.(\d+) -o growth", LESSON.read_text(encoding="utf-8"))[0])
    peaks = {}
    for size in (16, 32, 64, longest // 4, longest // 2, longest):
        lesson["T"] = size
        exec(set_up, lesson)
        tracemalloc.start()
        exec(run, lesson)
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert np.log2(peaks[64] / peaks[32]) < 1.3
    assert np.log2(peaks[longest // 2] / peaks[longest // 4]) > 1.5
    assert 1.8 < np.log2(peaks[longest] / peaks[longest // 2]) < 2.05  # nearly the square, where the sweep ends


def test_generation_computes_as_many_rows_as_the_written_answer_says(lesson: dict[str, Any]) -> None:
    from tinytorch.core.tensor import Event, set_observer

    gpt, rows = lesson["GPT"](11, 8, num_layers=3, num_heads=2, max_seq_len=32), []

    def count(event: Event) -> None:
        if event.op == "attention":
            rows.append(event.output.shape[-2])

    before = set_observer(count)
    try:
        gpt.generate(range(8), 24)
        assert sum(rows) == 3 * 468
        rows.clear()
        _, past = gpt.generate(range(8), 24, past=[()] * 3)
        assert sum(rows) == 3 * 31
    finally:
        set_observer(before)
    assert sum(part.size for layer in past for part in layer) == 31 * 2 * 3 * 8  # 2 L D numbers for each token


class Display:
    """Stands in for IPython's display: counts what is shown and what is drawn anew, and remembers the curve each time."""

    def __init__(self) -> None:
        self.shown, self.curves = 0, []  # type: ignore[var-annotated]
        self.samples: list[str] = []

    def __call__(self, figure: Any, display_id: bool) -> "Display":
        assert display_id
        self.shown += 1
        return self

    def update(self, figure: Any) -> None:
        curve, page = figure.axes
        self.curves.append(curve.get_lines()[1].get_ydata().tolist())
        self.samples.append(page.texts[0].get_text())


def test_loss_and_samples_are_drawn_into_one_display_while_it_trains(
    lesson: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    display = Display()
    monkeypatch.setattr(builtins, "display", display, raising=False)
    lesson["in_notebook"], lesson["ROUNDS"], lesson["STEPS"] = True, 4, 3
    exec(LEARNING, lesson)
    assert display.shown == 1
    assert [len(curve) for curve in display.curves] == [1, 2, 3, 4]
    assert display.curves[-1] == lesson["trainer"].history["train_loss"]
    assert all(len(sample) == 101 for sample in display.samples)
    assert len(set(display.samples)) == 4


@pytest.mark.parametrize("seed", [13, 1, 2])
def test_the_gpt_beats_the_table_of_pairs_on_text_that_it_has_not_seen(lesson: dict[str, Any], seed: int) -> None:
    assert "ROUNDS, STEPS = 32, 10 if in_notebook else 1, 15" in next(
        source for source in CODE if "in_notebook = " in source
    )
    lesson["test_rng"], lesson["ROUNDS"] = np.random.default_rng(seed), 10
    exec(LEARNING.replace("manual_seed(13)", f"manual_seed({seed})"), lesson)
    exec(JUDGING, lesson)
    assert lesson["bigram_loss"] == pytest.approx(2.57, abs=0.005)
    assert lesson["unseen_loss"] < lesson["bigram_loss"] - 0.05
    assert lesson["trainer"].history["train_loss"][-1] < lesson["unseen_loss"] + 0.1


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("quantiz", "kv cache", "kvcache", "prun", "roofline"):
        assert word not in prose, word
