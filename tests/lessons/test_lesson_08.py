"""Lesson 08: its measurements show what its prose asks about, and change when a student's function is naive."""

import re
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "08_dataloader" / "dataloader_dev.py"
MIB = 2**20

MeasuringCell = Callable[[str], str]


@pytest.fixture(scope="module")
def lesson() -> Iterator[dict[str, Any]]:
    """The lesson's namespace after its cells but the measuring ones; one for all tests, which leave its functions as they are."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    yield namespace
    namespace.pop("pages", None)  # Windows keeps the file while it is mapped
    namespace["folder"].cleanup()


def statements(source: str) -> dict[str, str]:
    """The lines of a measuring cell by what each makes."""
    return {line.partition(" = ")[0]: line for line in source.splitlines()}


def peaks(source: str, namespace: dict[str, Any]) -> dict[str, float]:
    """The peak of each line in MiB, by what it makes."""
    found = {}
    for name, line in statements(source).items():
        tracemalloc.start()
        exec(line, namespace)
        found[name] = tracemalloc.get_traced_memory()[1] / MIB
        tracemalloc.stop()
    return found


class Counted(np.ndarray):
    """An array that counts how often somebody takes something out of it."""

    looks = 0

    def __getitem__(self, key: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(key)


# Pictures, shifted


def test_the_loop_costs_calls_by_the_picture_and_the_view_none_whatever_the_channels(
    lesson: dict[str, Any], measuring_cell: MeasuringCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("thin", "thick"):
        monkeypatch.setitem(lesson, name, lesson[name].view(Counted))
    looks = {}
    for name, line in statements(measuring_cell("crops")).items():
        Counted.looks = 0
        exec(line, lesson)
        looks[name] = Counted.looks
    assert looks["thin_loop"] == looks["thick_loop"] == 512
    assert max(looks["thin_view"], looks["thick_view"]) < 20
    for kind in ("thin", "thick"):
        np.testing.assert_array_equal(lesson[f"{kind}_view"], lesson[f"{kind}_loop"])


# Rows per second


def test_one_by_one_costs_a_call_a_row_and_gathering_one_a_batch(
    lesson: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By counting calls of ``gather``: why only the one grows with the batch size."""
    calls: list[int] = []
    gather = lesson["gather"]

    def counting(arrays: Any, rows: Any) -> Any:
        calls.append(np.size(rows))
        return gather(arrays, rows)

    monkeypatch.setitem(lesson, "gather", counting)
    for size in (1, 64, 512, 4096):
        calls.clear()
        lesson["rows_per_second"](lesson["dataset"], size)
        assert calls == [size] * (4096 // size)
        calls.clear()
        lesson["rows_per_second"](lesson["ByItem"](lesson["x"], lesson["y"]), size)
        assert calls == [1] * 4096


# A batch grows


def growing(lesson: dict[str, Any], source: str) -> list[float]:
    setup, _, measured = source.partition("# measure:\n")
    found: list[float] = []
    for lesson["batch"] in (256, 1024, 4096):
        exec(setup, lesson)
        found += peaks(measured, lesson).values()
    return found


def test_the_memory_of_the_growing_cell_is_that_of_its_rows(
    lesson: dict[str, Any], measuring_cell: MeasuringCell
) -> None:
    """A row of 784 float32 and a class id, and little more."""
    rows = [batch * (784 * 4 + 8) / MIB for batch in (256, 1024, 4096)]
    assert growing(lesson, measuring_cell("growth")) == pytest.approx(rows, rel=0.05)


def test_no_batch_of_the_growing_cell_leaves_the_caches(lesson: dict[str, Any], measuring_cell: MeasuringCell) -> None:
    """One of 4,096 rows took 12 MiB, and on a busy machine the sweep said n^2."""
    setup, _, measured = measuring_cell("growth").partition("# measure:\n")
    lesson["batch"] = int(re.findall(r"batch=1\.\.(\d+) -o growth", LESSON.read_text(encoding="utf-8"))[0])
    exec(setup, lesson)
    assert 2 < peaks(measured, lesson)["picked"] < 4


def test_rows_picked_one_by_one_show_in_the_memory(
    lesson: dict[str, Any], measuring_cell: MeasuringCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sample is a tuple of tensors of its own before all are stacked."""
    gathered = growing(lesson, measuring_cell("growth"))
    monkeypatch.setitem(lesson, "dataset", lesson["ByItem"](lesson["x"], lesson["y"]))
    one_by_one = growing(lesson, measuring_cell("growth"))
    assert all(after > 1.1 * before for before, after in zip(gathered, one_by_one, strict=True))


# A file that is not read


def test_a_mapped_file_costs_nothing_and_a_batch_its_rows(
    lesson: dict[str, Any], measuring_cell: MeasuringCell
) -> None:
    found = peaks(measuring_cell("mapped"), lesson)
    assert found["whole"] == pytest.approx(32, rel=0.01)
    assert found["pages"] < 0.1
    batch = 64 * 4096 / MIB
    assert batch <= found["(first,)"] < 2 * batch
    assert lesson["first"].dtype == np.uint8
    assert (lesson["first"].data[:, None, :8] == lesson["whole"][None, :, :8]).all(axis=2).any(axis=1).all()


def test_a_data_set_that_reads_the_file_shows_in_the_peak(
    lesson: dict[str, Any], measuring_cell: MeasuringCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lesson, "gather", lambda arrays, rows: tuple(np.array(array)[rows] for array in arrays))
    assert peaks(measuring_cell("mapped"), lesson)["(first,)"] > 32


# When a thread helps


class Watched:
    """Stands in for the reader and the step of 2.4: how many batches were begun when each step ended, and by which threads."""

    def __init__(self, patient: bool) -> None:
        self.patient, self.begun = patient, threading.Condition()
        self.readers: list[int] = []
        self.seen: list[int] = []

    def wait(self) -> None:
        with self.begun:
            self.readers.append(threading.get_ident())
            self.begun.notify_all()

    def work(self) -> None:
        """A step; a patient one goes on until the batch after the next one is begun, or nobody begins it."""
        with self.begun:
            if self.patient:
                self.begun.wait_for(lambda: len(self.readers) >= min(len(self.seen) + 2, 20), timeout=30)
            self.seen.append(len(self.readers))


@pytest.mark.parametrize(
    ("line", "naive", "ahead"), [("waiting", False, 0), ("waiting_ahead", True, 0), ("waiting_ahead", False, 1)]
)
def test_a_thread_reads_while_the_step_works_and_without_one_they_take_turns(
    lesson: dict[str, Any],
    measuring_cell: MeasuringCell,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    naive: bool,
    ahead: int,
) -> None:
    watched = Watched(patient=ahead > 0)
    monkeypatch.setitem(lesson, "wait", watched.wait)
    monkeypatch.setitem(lesson, "work", watched.work)
    if naive:
        monkeypatch.setitem(lesson, "prefetched", lambda batches, ahead: batches)
    exec(statements(measuring_cell("overlap"))[line], lesson)
    in_turns = list(range(1, 21))
    if ahead:
        assert all(seen >= min(own + 1, 20) for seen, own in zip(watched.seen, in_turns, strict=True))
        assert len(set(watched.readers)) == 1
        assert watched.readers[0] != threading.get_ident()
    else:
        assert watched.seen == in_turns
        assert set(watched.readers) == {threading.get_ident()}


def test_both_readers_of_the_last_cell_are_the_ones_the_prose_names(
    lesson: dict[str, Any], measuring_cell: MeasuringCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty batches and twenty steps in each line; the one reader sleeps, which gives the lock away, the other works."""
    calls: list[str] = []
    for name in ("wait", "work"):
        monkeypatch.setitem(lesson, name, lambda name=name: calls.append(name))
    for name, line in statements(measuring_cell("overlap")).items():
        calls.clear()
        exec(line, lesson)
        expected = {"wait": 20, "work": 20} if name.startswith("waiting") else {"work": 40}
        assert {call: calls.count(call) for call in calls} == expected


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("attention", "convolution", "embedding", "token", "transformer", "prune", "quantiz"):
        assert word not in prose, word
