"""Any mix of a student's modules and the reference: modules 1 to k from the student's folder, the later ones from the package.

For each k, those later lessons run that build on module k: for the others nothing has changed since k - 1.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.check.lesson import load_lesson
from tinytorch_lab.course.check.mutation.pool import needed
from tinytorch_lab.course.export import export_lesson
from tinytorch_lab.course.source import catalogue

ROOT = Path(__file__).resolve().parents[2]
MODULES = [module for module in catalogue().modules if (ROOT / "modules" / module.id).is_dir()]

# Runs the graded cells of later lessons with what they need, and prints where each module of the library came from.
RUN = """
import json, sys
import matplotlib
matplotlib.use("agg")
for cells in json.load(sys.stdin):
    namespace = {"__name__": "lesson"}
    for code in cells:
        exec(compile(code, "cell", "exec"), namespace)
rooms = ("tinytorch.core.", "tinytorch.perf.")
print(json.dumps({name: module.__file__ for name, module in sys.modules.items() if name.startswith(rooms)}))
"""


def graded_cells(module: Module) -> list[str]:
    return [cell.code for cell in needed(load_lesson(ROOT, catalogue(), module))]


def closure(module: Module) -> set[str]:
    """The ids of everything that the module builds on."""
    by_id = {one.id: one for one in MODULES}
    return set(module.needs).union(*(closure(by_id[need]) for need in module.needs))


def builders_on(k: int) -> list[Module]:
    """The modules after the k-th that build on it."""
    return [module for module in MODULES[k:] if MODULES[k - 1].id in closure(module)]


@pytest.mark.parametrize("k", [k for k in range(1, len(MODULES)) if builders_on(k)])
def test_later_lessons_pass_on_the_students_own_modules(k: int, tmp_path: Path) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text('{"kind": "student", "version": 1}')
    for module in MODULES[:k]:
        exported = export_lesson(ROOT, module)
        place = tmp_path / exported.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(exported.text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([graded_cells(module) for module in builders_on(k)]),
        cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    files = json.loads(ran.stdout.splitlines()[-1])
    mine = {f"tinytorch.{module.exports}" for module in MODULES[:k]}
    assert f"tinytorch.{MODULES[k - 1].exports}" in files
    for name, file in files.items():
        assert (tmp_path in Path(file).parents) == (name in mine), (name, file)
    assert mine & files.keys(), "none of the student's modules was used"
