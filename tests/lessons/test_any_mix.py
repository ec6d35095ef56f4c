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
from tinytorch_lab.course.export import export_lesson
from tinytorch_lab.course.source import catalogue

ROOT = Path(__file__).resolve().parents[2]
MODULES = [module for module in catalogue().modules if (ROOT / "modules" / module.id).is_dir()]

# Runs the graded cells of later lessons, and prints where each module of the library came from.
RUN = """
import json, os, sys
from pathlib import Path
import matplotlib
matplotlib.use("agg")
from tinytorch_lab.course.lesson import read_lesson
for lesson in map(Path, sys.argv[1:]):
    own = "tinytorch." + json.loads(os.environ["EXPORTS"])[lesson.parent.name]
    namespace = {"__name__": "lesson"}
    for cell in read_lesson(lesson).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
print(json.dumps({name: module.__file__ for name, module in sys.modules.items() if name.startswith("tinytorch.core.")}))
"""


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
    core = tmp_path / "tinytorch" / "core"
    core.mkdir(parents=True)
    for module in MODULES[:k]:
        exported = export_lesson(ROOT, module)
        (core / Path(exported.path).name).write_text(exported.text, encoding="utf-8")
    later = [str(ROOT / module.source) for module in builders_on(k)]
    exports = json.dumps({module.id: module.exports for module in MODULES})
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *later],
        cwd=tmp_path,
        env={**os.environ, "EXPORTS": exports},
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
