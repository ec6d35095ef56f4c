"""Which lines allocation sites belong to, in this process."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from tinytorch_lab.profiler import Recorder, Statement, sites, tracing
from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.filenames import is_machinery, short_name
from tinytorch_lab.profiler.records import Site

CELL = CellCode("<cell>", ["", "a = make(1)", "b = make(2)"], offset=1)
LIBRARY: dict[str, object] = {}
exec(compile("def make(size):\n    return bytearray(size)", "/somewhere/library.py", "exec"), LIBRARY)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    assert not tracemalloc.is_tracing()
    assert gc.isenabled()
    assert tracing._meters == []


def measure(*statements: str, frames: int = 1, code: CellCode | None = CELL) -> list[Site]:
    """The sites of statements that stand in the lines 2, 3, ... of a cell."""
    recorder = Recorder(
        statements=[Statement(i + 2, i + 2, s) for i, s in enumerate(statements)], code=code, frames=frames
    )
    namespace = dict(LIBRARY)
    compiled = [compile("\n" * i + text, "<cell>", "exec") for i, text in enumerate(statements)]
    recorder.start()
    for each in compiled:
        recorder.begin()
        exec(each, namespace)
        recorder.end(done=True)
    recorder.stop()
    return recorder.measurement.sites


@pytest.mark.parametrize("frames", [1, 5])
def test_a_library_line_belongs_to_the_statement_that_grew(frames: int) -> None:
    found = measure("a = make(100_000)", "b = make(200_000)", frames=frames)
    assert [(s.file, s.line, s.cell_line) for s in found] == [("library.py", 2, 3), ("library.py", 2, 2)]
    assert [s.size_bytes for s in found] == pytest.approx([200_000, 100_000], rel=0.01)
    assert [s.blocks for s in found] == [2, 2]  # a bytearray and its data


def test_statements_that_keep_little_are_not_told_apart() -> None:
    (found,) = measure("a = make(20_000)", "b = make(30_000)")
    assert (found.cell_line, found.size_bytes) == (None, pytest.approx(50_000, rel=0.01))
    assert {s.cell_line for s in measure("a = make(20_000)", "b = make(30_000)", frames=5)} == {2, 3}


def test_a_site_that_another_small_statement_may_have_made_is_left_open() -> None:
    found = measure("a = make(20_000)", "b = bytearray(100_000)")
    assert {s.file: s.cell_line for s in found} == {"cell": 3, "library.py": None}
    found = measure("a = bytearray(2_000)", "b = make(100_000)")
    assert {s.file: s.cell_line for s in found} == {"cell": 2, "library.py": 3}


def test_small_objects_of_libraries_may_be_anybodys() -> None:
    assert measure("a = make(7_000)") == []
    assert [s.file for s in measure("a = make(9_000)")] == ["library.py"]
    assert [s.file for s in measure("a = bytearray(2_000)")] == ["cell"]


def test_lines_of_the_cell_have_their_text_and_number() -> None:
    (found,) = measure("a = bytearray(100_000)")
    assert (found.file, found.line, found.cell_line, found.source) == ("cell", 2, 2, "a = make(1)")
    assert (found.kind, found.blocks) == ("Python", 2)


def test_without_a_cell_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = measure("a = make(100_000)", code=None)
    assert (found.file, found.cell_line) == ("library.py", None)


def test_more_than_ten_sites_are_the_ten_largest() -> None:
    found = measure(*[f"a{i} = bytearray({1000 * (i + 5)})" for i in range(14)])
    assert [s.line for s in found] == list(range(15, 5, -1))


def test_too_many_blocks_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "LARGEST_TRACER_BYTES", 0)
    recorder = Recorder()
    recorder.start()
    recorder.begin()
    held = bytearray(10_000)
    recorder.end(done=True)
    recorder.stop()
    assert (len(held), recorder.measurement.sites) == (10_000, [])
    assert any("So many blocks" in note for note in recorder.measurement.notes)


def test_a_slow_snapshot_is_the_last_between_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "STATEMENTS_LONGEST_S", 0.0)
    found = measure("a = make(100_000)", "b = make(200_000)")
    assert [s.cell_line for s in found] == [None], "one look at the end does not tell them apart"


def test_looking_does_not_raise_the_peak_of_a_measurement_around() -> None:
    outer = Recorder(mode="memory")
    outer.start()
    outer.begin()
    held = [[i] for i in range(3000)]
    before = tracemalloc.get_traced_memory()[0]
    with Inner():
        pass
    outer.end(done=True)
    outer.stop()
    assert outer.measurement.peak_bytes is not None
    assert outer.measurement.peak_bytes < before * 1.2
    assert len(held) == 3000


class Inner:
    """A measurement inside another one."""

    def __enter__(self) -> None:
        self.recorder = Recorder()
        self.recorder.start()
        self.recorder.begin()

    def __exit__(self, *_: object) -> None:
        self.recorder.end(done=True)
        self.recorder.stop()


def test_names_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", ["", "/lib", "/lib/site-packages"])
    is_machinery.cache_clear()
    assert short_name("/lib/site-packages/numpy/_core/numeric.py") == "numpy/_core/numeric.py"
    assert short_name("/lib/json/decoder.py") == "json/decoder.py"
    assert short_name("/elsewhere/mine.py") == "mine.py"
    assert short_name("<string>") == "<string>"
    assert is_machinery("/lib/site-packages/IPython/core/x.py")
    assert is_machinery(sites.__file__)
    assert not is_machinery("/lib/site-packages/numpy/_core/numeric.py")
    is_machinery.cache_clear()
