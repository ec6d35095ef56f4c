"""A history in a temporary directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.archive import keep, place


@pytest.fixture
def history_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The history of a person without a student folder, who stands in an empty directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TINYTORCH_HOME", raising=False)
    monkeypatch.delenv("TINYTORCH_LAB_HISTORY")
    monkeypatch.setattr(place, "START", work)
    return tmp_path / "data" / "tinytorch-lab" / "history.db"


@pytest.fixture
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that lets the measurements after it come from another process."""
    sessions = iter(range(10**6))
    return lambda: monkeypatch.setattr(keep, "SESSION", f"session {next(sessions)}")
