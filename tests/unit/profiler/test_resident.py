"""Resident memory, with the platform's parts faked where another platform is meant."""

import mmap
import os
import sys
from pathlib import Path

import psutil
import pytest

from tinytorch_lab.profiler import resident
from tinytorch_lab.profiler.resident import ResidentMemory

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform without /proc."""
    monkeypatch.setattr(resident, "_LINUX", False)


def touch(size: int) -> None:
    """Take ``size`` bytes of new memory from the system (malloc may have some left), touch them, give them back."""
    with mmap.mmap(-1, size) as memory:
        for place in range(0, size, mmap.PAGESIZE):
            memory[place] = 1


@LINUX
def test_the_peak_is_the_systems_record() -> None:
    memory = ResidentMemory()
    before = memory.read()
    memory.start()
    touch(60_000_000)
    memory.stop()
    assert memory.exact
    assert before is not None
    assert memory.peak == pytest.approx(before + 60_000_000, rel=0.02)


@LINUX
def test_samples_agree_with_psutil() -> None:
    memory = ResidentMemory()
    assert memory.read() == pytest.approx(psutil.Process().memory_info().rss, rel=0.02)
    memory.stop()


@LINUX
def test_an_outer_measurement_keeps_its_peak_when_an_inner_one_resets() -> None:
    outer, inner = ResidentMemory(), ResidentMemory()
    outer.start()
    touch(50_000_000)
    inner.start()
    inner.stop()
    outer.stop()
    assert outer.peak is not None
    assert inner.peak is not None
    assert outer.peak - inner.peak > 40_000_000


@LINUX
def test_what_happens_while_paused_does_not_count() -> None:
    memory = ResidentMemory()
    start = memory.read()
    memory.start()
    memory.pause()
    touch(50_000_000)
    memory.resume()
    memory.stop()
    assert start is not None
    assert memory.peak is not None
    assert memory.peak - start < 10_000_000


@LINUX
def test_where_the_record_cannot_be_reset_the_peak_is_the_largest_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, data: bytes) -> int:
        raise PermissionError("clear_refs")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    memory = ResidentMemory()
    memory.start()
    assert not memory.exact
    memory.take(100)
    memory.take(300)
    memory.take(200)
    memory.stop()
    assert memory.peak == 300


@pytest.mark.usefixtures("elsewhere")
def test_elsewhere_psutil_is_asked() -> None:
    memory = ResidentMemory()
    assert memory.read() == pytest.approx(psutil.Process().memory_info().rss, rel=0.05)
    memory.start()
    assert not memory.exact
    memory.stop()


@pytest.mark.usefixtures("elsewhere")
def test_without_psutil_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    memory = ResidentMemory()
    memory.start()
    memory.take(memory.read())
    memory.stop()
    assert memory.read() is None
    assert memory.peak is None


@LINUX
def test_no_file_stays_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        memory = ResidentMemory()
        memory.start()
        memory.stop()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert os.getpid() == psutil.Process().pid
