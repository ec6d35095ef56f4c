"""The steps of tools/environment.py: done once, done again when their inputs change or their product is gone."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[3] / "tools" / "environment.py"


@pytest.fixture(scope="module")
def env():
    spec = importlib.util.spec_from_file_location("environment_under_test", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def done(env, folder: Path, inputs: str, product: Path | None = None, fail: bool = False) -> bool:
    """Whether the step was needed."""
    with env.step(folder, "name", inputs, product) as needed:
        if needed and fail:
            raise RuntimeError("the step failed")
        return needed


def test_a_step_is_done_once_for_the_same_inputs(env, tmp_path: Path) -> None:
    assert [done(env, tmp_path, word) for word in ("a", "a", "b", "b", "a")] == [True, False, True, False, True]


def test_a_step_whose_product_is_gone_is_done_again(env, tmp_path: Path) -> None:
    product = tmp_path / "product"
    product.touch()
    assert done(env, tmp_path, "a", product)
    assert not done(env, tmp_path, "a", product)
    product.unlink()
    assert done(env, tmp_path, "a", product)


def test_a_step_that_failed_is_done_again(env, tmp_path: Path) -> None:
    done(env, tmp_path, "a")
    with pytest.raises(RuntimeError):
        done(env, tmp_path, "b", fail=True)
    assert done(env, tmp_path, "a")


def test_the_digest_follows_names_and_contents_but_not_byte_code(env, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(env, "ROOT", tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x")
    first = env.digest(["a"])
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "one.pyc").write_text("x")
    assert env.digest(["a"]) == first
    (tmp_path / "a" / "one.py").write_text("y")
    assert env.digest(["a"]) != first


def test_this_python_comes_first_and_each_version_once(env) -> None:
    found = env.pythons()
    versions = [env.version_of(python) for python in found]
    assert versions[0] == ".".join(map(str, sys.version_info[:2]))
    assert len(set(versions)) == len(versions)
    assert set(versions) <= {"3.11", "3.12", "3.13", "3.14"}


def test_without_a_browser_a_laptop_is_told_and_ci_fails(env, monkeypatch, capsys) -> None:
    monkeypatch.setattr(env.shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    assert env.find_or_install_browser() is None
    assert "SKIPPED" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit, match="No Chromium found"):
        env.find_or_install_browser()
