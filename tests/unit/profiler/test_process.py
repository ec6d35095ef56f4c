"""The record of the process, against arithmetic and with the platform's parts taken away."""

import mmap
import os
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tinytorch_lab.profiler import Recorder, children, limits, process, resident, rundelay
from tinytorch_lab.profiler.devices import devices_in_use
from tinytorch_lab.profiler.process import ProcessWatch, blas_threads
from tinytorch_lab.profiler.rundelay import RunDelay

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
WAIT = [sys.executable, "-c", "x = bytearray(30_000_000); print(1, flush=True); input()"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A child process that holds 30 MB."""
    with subprocess.Popen(WAIT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as popen:
        assert popen.stdout is not None
        popen.stdout.readline()
        yield popen
        popen.kill()


@LINUX
def test_page_faults_are_those_between_resume_and_pause() -> None:
    watch = ProcessWatch()
    watch.start()
    touch(2000)
    watch.resume()
    touch(500)
    watch.pause()
    touch(2000)
    watch.stop()
    assert watch.figures.minor_faults == pytest.approx(500, abs=100)
    assert watch.figures.major_faults == 0


def touch(pages: int) -> None:
    """Write to so many pages for the first time."""
    memory = mmap.mmap(-1, pages * mmap.PAGESIZE)
    for page in range(pages):
        memory[page * mmap.PAGESIZE] = 1
    memory.close()


def test_children_are_counted_and_their_memory_added(child: subprocess.Popen[bytes]) -> None:
    watch = ProcessWatch()
    watch.start()
    watch.stop()
    found = psutil.Process().children(recursive=True)  # other tests may have some too
    assert child.pid in [each.pid for each in found]
    assert watch.figures.child_processes == len(found)
    assert watch.figures.children_peak_bytes == pytest.approx(sum(each.memory_info().rss for each in found), rel=0.05)


def test_children_are_looked_for_now_and_then_only(child: subprocess.Popen[bytes]) -> None:
    watch = ProcessWatch()
    watch.start()
    interval = process.CHILDREN_INTERVAL_S
    assert [watch.due(t) for t in (0.0, interval * 0.9, interval)] == [False, False, True]
    watch.look(interval)
    assert not watch.due(interval * 1.9)


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="cannot tell without looking")
def test_without_children_nothing_is_looked_at_and_with_one_nobody_is_waited_for() -> None:
    script = (
        "import subprocess, sys, time\nfrom tinytorch_lab.profiler.children import may_have_children\n"
        "before = may_have_children()\np = subprocess.Popen([sys.executable, '-c', 'raise SystemExit(7)'])\n"
        "time.sleep(0.5)\nended = may_have_children()\nprint(before, ended, p.wait(), may_have_children())"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True", "7", "False"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_cpu_time_of_children_that_ended() -> None:
    watch = ProcessWatch()
    watch.start()
    code = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    watch.stop()
    assert watch.figures.children_cpu_s is not None
    assert 0.2 <= watch.figures.children_cpu_s < 2


def test_children_are_unknown_while_loading_the_library_would_be_traced(
    monkeypatch: pytest.MonkeyPatch, child: subprocess.Popen[bytes]
) -> None:
    monkeypatch.delitem(sys.modules, "memory_profiler", raising=False)
    monkeypatch.setattr(children.tracemalloc, "is_tracing", lambda: True)
    assert children.resident_bytes_of_children() == []
    assert "memory_profiler" not in sys.modules


def test_without_its_libraries_children_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "memory_profiler", None)
    children.load()
    assert children.resident_bytes_of_children() == []


def test_threads_of_blas_are_those_that_threadpoolctl_sets() -> None:
    pytest.importorskip("numpy")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        one = blas_threads()
    if one is None:
        pytest.skip("this NumPy has a BLAS that cannot be asked")
    assert one == 1
    assert blas_threads() is not None


def test_without_numpy_blas_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    assert blas_threads() is None


@LINUX
def test_run_delay_is_the_systems_count_between_resume_and_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    delay = RunDelay()
    readings = iter([b"5 1000000000 1\n", b"5 3500000000 1\n", b"5 9000000000 1\n", b"5 9250000000 1\n"])
    monkeypatch.setattr(rundelay.os, "pread", lambda *_: next(readings))
    delay.resume()
    delay.pause()
    delay.resume()
    delay.pause()
    delay.close()
    assert delay.total_s == pytest.approx(2.75)


def fake(name: str, **attributes: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(attributes)
    return module


def part(initialised: bool) -> types.SimpleNamespace:
    return types.SimpleNamespace(is_initialized=lambda: initialised)


DEVICES = {
    "torch on cuda": ("torch", {"cuda": part(True), "xpu": part(False)}),
    "torch on xpu": ("torch", {"cuda": part(False), "xpu": part(True)}),
    "cupy on cuda": (
        "cupy",
        {"get_default_memory_pool": lambda: types.SimpleNamespace(total_bytes=lambda: 512)},
    ),
    "jax on tpu": ("jax._src.xla_bridge", {"_backends": {"cpu": 1, "tpu": 2}}),
}
IDLE = [
    ("torch", {"cuda": part(False)}),
    ("cupy", {"get_default_memory_pool": lambda: types.SimpleNamespace(total_bytes=lambda: 0)}),
    ("jax._src.xla_bridge", {"_backends": {"cpu": 1}}),
    ("torch", {}),
    ("jax._src.xla_bridge", {}),
]


@pytest.mark.parametrize("expected", DEVICES)
def test_devices_in_use_are_named(monkeypatch: pytest.MonkeyPatch, expected: str) -> None:
    name, attributes = DEVICES[expected]
    monkeypatch.setitem(sys.modules, name, fake(name, **attributes))
    assert devices_in_use() == [expected]


@pytest.mark.parametrize(("name", "attributes"), IDLE)
def test_devices_that_nobody_uses_are_not(
    monkeypatch: pytest.MonkeyPatch, name: str, attributes: dict[str, object]
) -> None:
    monkeypatch.setitem(sys.modules, name, fake(name, **attributes))
    assert devices_in_use() == []


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform without /proc, the resource module, waitid and cgroups."""
    monkeypatch.setattr(resident, "_LINUX", False)
    for module in (process, limits):
        monkeypatch.setattr(module, "_resource", None)
        monkeypatch.setattr(module, "Path", Absent)
    monkeypatch.delattr(os, "waitid", raising=False)
    monkeypatch.setattr(rundelay.os, "open", Absent.open)
    limits._groups.cache_clear()
    yield
    limits._groups.cache_clear()


class Absent:
    """A path to nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def read_bytes(self) -> bytes:
        raise FileNotFoundError

    def read_text(self) -> str:
        raise FileNotFoundError

    @staticmethod
    def open(*_: object) -> int:
        raise FileNotFoundError


@pytest.mark.usefixtures("windows")
def test_on_windows_what_cannot_be_known_is_none_and_the_peak_is_sampled(child: subprocess.Popen[bytes]) -> None:
    recorder = Recorder(mode="time")
    recorder.start()
    recorder.begin()
    held = mmap.mmap(-1, 80_000_000)  # memory that is new to the process, as what malloc gives may not be
    for place in range(0, len(held), mmap.PAGESIZE):
        held[place] = 1
    time.sleep(0.1)
    recorder.end(done=True)
    recorder.stop()
    m = recorder.measurement
    assert not m.rss_exact
    assert m.rss_start_bytes is not None
    assert m.rss_peak_bytes == pytest.approx(m.rss_start_bytes + len(held), rel=0.1)
    held.close()
    assert any("largest sample" in note for note in m.notes)
    record = m.process
    assert (record.minor_faults, record.major_faults, record.children_cpu_s) == (None, None, None)
    assert (record.swapped_bytes, record.run_delay_s) == (None, None)
    assert record.child_processes >= 1
    assert record.memory_limit_bytes == psutil.virtual_memory().total


def test_on_macos_page_faults_are_known_and_the_peak_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    if process._resource is None:
        pytest.skip("no resource module here")
    monkeypatch.setattr(resident, "_LINUX", False)
    monkeypatch.setattr(process, "Path", Absent)
    monkeypatch.setattr(rundelay.os, "open", Absent.open)
    recorder = Recorder(mode="time")
    recorder.start()
    recorder.begin()
    touch(300)
    recorder.end(done=True)
    recorder.stop()
    m = recorder.measurement
    assert not m.rss_exact
    assert m.process.minor_faults is not None
    assert m.process.minor_faults >= 300
    assert (m.process.swapped_bytes, m.process.run_delay_s) == (None, None)


@LINUX
def test_no_file_stays_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        watch = ProcessWatch()
        watch.start()
        watch.stop()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
