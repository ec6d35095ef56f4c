"""How much memory the process may use: control groups are files in a temporary folder."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tinytorch_lab.profiler import limits
from tinytorch_lab.profiler.limits import find_groups, memory_limit

GIB = 1 << 30


def version_2(folder: Path, limit: str, usage: int, cache: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cache}\nactive_file 7\n")


def version_1(folder: Path, limit: int, usage: int, cache: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(f"cache 5\ntotal_inactive_file {cache}\n")


@pytest.fixture(autouse=True)
def large_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = SimpleNamespace(total=64 * GIB, available=48 * GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(limits, "_groups", list)
    monkeypatch.setattr(limits, "_of_own_limit", lambda: iter(()))


def limit_in(monkeypatch: pytest.MonkeyPatch, memberships: str, root: Path) -> tuple[int | None, int | None]:
    monkeypatch.setattr(limits, "_groups", lambda: find_groups(memberships, root))
    return memory_limit()


def test_without_groups_it_is_the_machines() -> None:
    assert memory_limit() == (64 * GIB, 48 * GIB)


def test_the_file_cache_of_a_group_counts_as_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path / "user" / "kernel", str(4 * GIB), 3 * GIB, 1 * GIB)
    assert limit_in(monkeypatch, "0::/user/kernel\n", tmp_path) == (4 * GIB, 2 * GIB)


def test_a_group_above_may_have_less_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path / "pod", str(8 * GIB), 7 * GIB, 0)
    version_2(tmp_path / "pod" / "kernel", str(4 * GIB), 1 * GIB, 0)
    assert limit_in(monkeypatch, "0::/pod/kernel\n", tmp_path) == (4 * GIB, 1 * GIB)


def test_in_a_container_the_root_is_the_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path, str(2 * GIB), GIB, 0)
    assert limit_in(monkeypatch, "0::/not/visible/here\n", tmp_path) == (2 * GIB, GIB)


def test_an_unlimited_group_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path / "a", "max", GIB, 0)
    assert limit_in(monkeypatch, "0::/a\n", tmp_path) == (64 * GIB, 48 * GIB)
    version_1(tmp_path / "memory" / "b", (1 << 63) - 4096, GIB, 0)
    assert limit_in(monkeypatch, "4:memory:/b\n", tmp_path) == (64 * GIB, 48 * GIB)


def test_version_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_1(tmp_path / "memory" / "docker" / "x", 4 * GIB, 3 * GIB, GIB)
    memberships = "9:name=systemd:/\n4:cpu,memory:/docker/x\n3:cpuset:/docker/x\n0::/\n"
    assert limit_in(monkeypatch, memberships, tmp_path) == (4 * GIB, 2 * GIB)


def test_more_used_than_allowed_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path / "a", str(GIB), 2 * GIB, 0)
    assert limit_in(monkeypatch, "0::/a\n", tmp_path) == (GIB, 0)


def test_an_unreadable_group_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version_2(tmp_path / "a", str(GIB), 0, 0)
    (tmp_path / "a" / "memory.stat").unlink()
    assert limit_in(monkeypatch, "0::/a\n", tmp_path) == (64 * GIB, 48 * GIB)


def test_a_limit_of_the_address_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if limits._resource is None or not Path("/proc/self/statm").exists():
        pytest.skip("Linux only")
    fake = SimpleNamespace(RLIMIT_AS=9, RLIM_INFINITY=-1, getrlimit=lambda _: (8 * GIB, 8 * GIB))
    monkeypatch.setattr(limits, "_resource", fake)
    ((limit, left),) = limits._of_own_limit()
    assert limit == 8 * GIB
    assert limit - left == pytest.approx(psutil.Process().memory_info().vms, rel=0.01)
    monkeypatch.setattr(fake, "getrlimit", lambda _: (-1, -1))
    assert list(limits._of_own_limit()) == []
