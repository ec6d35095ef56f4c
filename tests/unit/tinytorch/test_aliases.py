"""The original course's paths, one thin file each: they hold the lessons' own objects, and load none before one is asked for."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tinytorch_lab.course.source import catalogue

ALIASES = {
    "data.loader": "core.dataloader",
    "text.tokenization": "core.tokenization",
    "text.embeddings": "core.embeddings",
    "models.transformer": "core.transformer",
    "generation.kv_cache": "perf.memoization",
    "bench": "perf.benchmarking",
}


def test_each_target_is_a_lesson_s() -> None:
    assert {module.exports for module in catalogue().modules} >= set(ALIASES.values())


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_found_after_a_plain_import(alias: str, tmp_path: Path) -> None:
    code = f"import tinytorch; print(tinytorch.{alias.partition('.')[0]}.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"tinytorch.{alias.partition('.')[0]}"


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_holds_the_objects_of_its_lesson(alias: str) -> None:
    face, lesson = import_module(f"tinytorch.{alias}"), import_module(f"tinytorch.{ALIASES[alias]}")
    assert face.__all__
    for name in face.__all__:
        assert getattr(face, name) is getattr(lesson, name)
        assert name in dir(face)
        assert f"import {name} as {name}" in Path(str(face.__file__)).read_text(encoding="utf-8")


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_has_what_its_lesson_builds(alias: str) -> None:
    (module,) = [module for module in catalogue().modules if module.exports == ALIASES[alias]]
    names = {name for name in module.builds if name.isidentifier()}
    assert names <= set(import_module(f"tinytorch.{alias}").__all__)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_has_nothing_else(alias: str) -> None:
    with pytest.raises(AttributeError, match=f"'tinytorch.{alias}' has no attribute 'Nothing'"):
        _ = import_module(f"tinytorch.{alias}").Nothing


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_loads_no_lesson_until_it_is_used(alias: str, tmp_path: Path) -> None:
    loaded = "[n for n in sys.modules if n.startswith(('tinytorch.core.', 'tinytorch.perf.'))]"
    first = import_module(f"tinytorch.{alias}").__all__[0]
    code = (
        f"import sys, tinytorch.{alias}; print({loaded}); "
        f"tinytorch.{alias}.{first}; print('tinytorch.{ALIASES[alias]}' in {loaded})"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["[]", "True"]
