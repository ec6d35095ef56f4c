"""Lesson 10: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "10_tokenization" / "tokenization_dev.py"

Work = Callable[[Callable[[], Any]], int]


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The lesson's namespace after its cells but the measuring ones; one for all tests, which leave its functions as they are."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    return namespace


@pytest.fixture
def work(lesson: dict[str, Any]) -> Work:
    """How many ids the lesson's ``merge`` looks at while a function runs."""

    def count(run: Callable[[], Any]) -> int:
        merge, seen = lesson["merge"], []

        def counting(ids: Any, pair: Any, new: int) -> Any:
            seen.append(len(ids))
            return merge(ids, pair, new)

        lesson["merge"] = counting
        try:
            run()
        finally:
            lesson["merge"] = merge
        return sum(seen)

    return count


def statements(measuring_cell: Callable[[str], str], name: str) -> dict[str, str]:
    """The lines of a measuring cell by the variable that each makes."""
    return {line.partition(" = ")[0]: line for line in measuring_cell(name).splitlines()}


def test_kept_counts_look_at_a_small_part_and_find_the_same(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str], work: Work
) -> None:
    lines = statements(measuring_cell, "trainings")
    exec(lines["words"], lesson)
    recounted = work(lambda: exec(lines["recounted"], lesson))
    updated = work(lambda: exec(lines["updated"], lesson))
    assert recounted > 10 * updated
    assert lesson["recounted"] == lesson["updated"]
    assert len(lesson["updated"]) == 100


def test_recounting_is_proportional_to_the_merges_and_below_the_length(lesson: dict[str, Any], work: Work) -> None:
    def recounting(n: int, m: int) -> int:
        counted = lesson["count_words"](lesson["play"][:n])
        return work(lambda: lesson["merges_by_recounting"](counted, m))

    assert 1.8 < recounting(8_000, 32) / recounting(8_000, 16) <= 2
    assert 1.3 < recounting(16_000, 16) / recounting(8_000, 16) < 1.9


def test_late_merges_cost_little_with_kept_counts_and_as_much_as_ever_when_recounting(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    exec(statements(measuring_cell, "trainings")["words"], lesson)
    source = measuring_cell("updating")

    def cost(m: int) -> int:
        lesson["m"] = m
        return work(lambda: exec(source, lesson))

    few, more = cost(32), cost(64)
    assert more < 1.5 * few
    assert cost(2048) < 5 * few
    monkeypatch.setitem(lesson, "learn_merges", lesson["merges_by_recounting"])
    assert cost(64) > 1.7 * cost(32) > 10 * few


def test_kept_counts_hold_more_memory(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    peaks = {}
    for name, line in statements(measuring_cell, "peaks").items():
        tracemalloc.start()
        exec(line, lesson)
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks["updated"] > 2 * peaks["recounted"]
    assert lesson["updated"] == lesson["recounted"]


def test_rank_looks_at_a_small_part_of_what_replay_does_and_finds_the_same(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str], work: Work
) -> None:
    lines = statements(measuring_cell, "encoders")
    lesson["learned"]._known.clear()
    seen = {name: work(lambda line=line: exec(line, lesson)) for name, line in lines.items()}  # type: ignore[misc]
    assert lesson["replayed"] == lesson["ranked"] == lesson["kept"]
    assert seen["replayed"] > 50 * seen["ranked"]
    assert seen["ranked"] > 1.3 * seen["kept"]


def test_each_doubling_of_the_vocabulary_shortens_by_a_smaller_share(lesson: dict[str, Any]) -> None:
    lengths = lesson["lengths"]
    assert list(lengths) == [256, 512, 1024, 2048, 4096]
    assert lengths[256] == len(lesson["held_out"])
    saved = [1 - after / before for before, after in pairwise(lengths.values())]
    assert saved == sorted(saved, reverse=True)
    assert 0 < saved[-1] < saved[0] / 3


def test_a_large_vocabulary_leaves_more_ids_unused(lesson: dict[str, Any]) -> None:
    largest, held_out = lesson["largest"], lesson["held_out"]
    unused = [
        size - len(set(lesson["BPETokenizer"](size, largest.merges).encode(held_out))) for size in lesson["lengths"]
    ]
    assert unused == sorted(unused)
    assert unused[-1] > 1000


def test_another_script_gets_about_one_token_a_byte(lesson: dict[str, Any]) -> None:
    text = "Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν πρὸς τὸν θεόν"
    ids = lesson["largest"].encode(text)
    assert len(ids) > 0.9 * len(text.encode())
    assert lesson["largest"].decode(ids) == text


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("embedding", "attention", "transformer", "quantiz", "prun"):
        assert word not in prose, word
