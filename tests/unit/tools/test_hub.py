"""tools/hub.py: where JupyterHub cannot be tried it is said why; and docs/jupyterhub.md shows the file that is tried."""

import importlib
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.delitem(sys.modules, "environment", raising=False)
    monkeypatch.delitem(sys.modules, "hub", raising=False)
    return importlib.import_module("hub")


def test_the_page_shows_the_configuration_that_is_tried() -> None:
    example = (ROOT / "docs" / "jupyterhub_config.py").read_text(encoding="utf-8")
    assert f"```python\n{example}```\n" in (ROOT / "docs" / "jupyterhub.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="JupyterHub runs on POSIX systems only")
def test_who_is_not_root_is_told_why_the_hub_is_left_out(hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "only root" in hub.obstacle()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="JupyterHub runs on POSIX systems only")
def test_a_place_is_open_if_everyone_may_enter_it_and_all_above_it(hub, tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    above = [tmp_path, *tmp_path.parents]
    opened = all(place.stat().st_mode & 0o001 for place in above)  # pytest's own folders are closed on some machines
    (tmp_path / "outer").chmod(0o755)
    inner.chmod(0o755)
    assert hub.is_open(inner) == opened
    (tmp_path / "outer").chmod(0o700)
    assert not hub.is_open(inner)
    (tmp_path / "outer").chmod(0o755)
    inner.chmod(0o700)
    assert not hub.is_open(inner)
