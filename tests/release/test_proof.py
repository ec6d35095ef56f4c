# ruff: noqa: E501
"""R6 and R9: modules that read well, but whose reference or whose students' version does not run as it must."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tinytorch_lab.course import kernel_run
from tinytorch_lab.course.class_folder import open_class
from tinytorch_lab.course.release import prove
from tinytorch_lab.course.release.examine import examined
from tinytorch_lab.course.release.model import ERROR, WARNING, Fault
from tinytorch_lab.course.release.stage import prepared
from tinytorch_lab.course.student import stripped

from .folders import write
from .nasty import GOOD, good

ASSERT = "assert add(1, 2) == 3"


@dataclass(frozen=True)
class Runs:
    """What the run of the reference, or else of the students' version, must say of which cell."""

    name: str
    text: str
    rule: str = ""
    says: str = ""
    cell: int = 0
    severity: str = ERROR


REFERENCE = (
    Runs("good", GOOD),
    Runs("fails its own test", good("total = a + b", "total = a - b"), "R6", "fails its own test: AssertionError", 4),
    Runs("raises", good("import math", "import math\nmath.nothing"), "R6", "raises: AttributeError", 2, WARNING),
    Runs("writes on stderr", good(ASSERT, f"import sys; print('odd', file=sys.stderr)\n{ASSERT}"), "R6", "stderr", 4),
    Runs("warns", good(ASSERT, f"import warnings; warnings.warn('odd')\n{ASSERT}"), "R6", "stderr", 4),
    Runs("ends in a number", good("### END HIDDEN TESTS", "### END HIDDEN TESTS\n1.5"), "R6", "ends in the value 1.5", 4),
    Runs("kills the kernel", good("import math", "import os\nos._exit(0)"), "R6", "kernel died", 2),
    Runs("exits", good("import math", "import sys\nsys.exit(0)"), "R6", "SystemExit", 2, WARNING),
    Runs("never ends", good("import math", "while True:\n    pass"), "R6", "did not end within", 2),
    Runs("a test needs a later cell", good(ASSERT, f"later\n{ASSERT}") + "\n# %%\nlater = 1\n", "R6", "NameError", 4),
    Runs("deletes what lies around", good("import math", "import os, shutil\nshutil.rmtree(os.getcwd())\nos.chdir('/')")),
    Runs("prints much", good("import math", "for _ in range(300):\n    print('x' * 100_000)")),
)  # fmt: skip
UNTOUCHED = (
    Runs("good", GOOD),
    Runs("a test that passes on nothing", good(ASSERT, "assert True").replace("assert add(-1", "add and 1  # (-1"), "R6", "passes without a solution", 4),
    Runs("only the hidden test can fail", good(ASSERT, "assert callable(add)"), "R6", "passes without a solution", 4),
    Runs("a test that swallows", good(ASSERT + ', "add(1, 2) should be 3"', f"try:\n    {ASSERT}\nexcept NotImplementedError:\n    pass").replace("\nassert add(-1", "\n-1  # (-1"), "R6", "passes without", 4),
    Runs("a cell above the first stub raises", good("import math", "if not hasattr(globals(), 'add'):\n    1 / 0"), "R9", "ZeroDivisionError", 2),
)  # fmt: skip


def expect(case: Runs, faults: list[Fault]) -> None:
    wrong = [fault for fault in faults if fault.severity == case.severity]
    if not case.rule:
        assert [str(fault) for fault in wrong] == []
        return
    assert any((f.rule, f.cell) == (case.rule, case.cell) and case.says in f.found for f in wrong), [*map(str, faults)]


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case.name)
def test_the_reference_gets_all_its_points_or_the_cell_is_named(
    case: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_run, "CELL_LIMIT_S", 3 if case.name == "never ends" else 60)
    folder = open_class(write(tmp_path / "class", case.text))
    module = folder.find("01")
    file, faults = examined(folder, module)
    assert [str(fault) for fault in faults if fault.severity == ERROR] == []
    with prove.surroundings(folder, module) as environment:
        expect(case, list(prove.reference(file, prepared(file), environment)))


@pytest.mark.parametrize("case", UNTOUCHED, ids=lambda case: case.name)
def test_the_students_version_fails_its_tests_and_runs_up_to_its_first_stub(case: Runs, tmp_path: Path) -> None:
    folder = open_class(write(tmp_path / "class", case.text))
    module = folder.find("01")
    file, _ = examined(folder, module)
    with prove.surroundings(folder, module) as environment:
        expect(case, list(prove.untouched(file, stripped(prepared(file), "it"), environment)))
