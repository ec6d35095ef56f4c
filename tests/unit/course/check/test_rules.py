# ruff: noqa: E501
"""Each rule finds the lesson that breaks it, and nothing in the one that does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tinytorch_lab.course.check.check import check_module, check_text
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.rules import files

Break = Callable[..., list[Finding]]
Write = Callable[..., Lesson]
SOLUTION = '"grade_id": "02-scaled", "locked": false, "schema_version": 3, "solution": true'
TEST = '"grade_id": "02-scaled-test", "locked": true, "points": 20'


def test_the_good_lesson_breaks_no_rule(broken: Break) -> None:
    assert broken() == []


@pytest.mark.parametrize(
    ("rule", "said", "changes"),
    [
        ("M001", "header is missing", ("#       format_name: percent\n", "")),
        ("M001", "not Python", ("y = scaled(x, 2.0)", "y = scaled(x, 2.0")),
        ("M004", "exported cell imports matplotlib", ("import math\n", "import math\nimport matplotlib.pyplot as plt\n")),
        ("M004", "imports tinytorch_lab.magics", ("n = 64\n", "import tinytorch_lab.magics\nn = 64\n")),
        ("M004", "no earlier module", ("core.base import total", "core.base import total\nfrom tinytorch.core import later")),
        ("M004", "no earlier module", ("n = 64\n", "from tinytorch import Tensor\nn = 64\n")),
        ("M004", "needs = [01_base]", ("from tinytorch.core.base import total", "total = sum")),
        ("M004", "'backward' belongs", ("multiplied.", "multiplied, see `backward`.")),
        ("M004", "'gradient' belongs", ("multiplied.", "multiplied. Gradients come later.")),
        ("M004", "'chain rule' belongs", ('"""Pairs."""', '"""Pairs and the chain rule."""')),
        ("M004", "'backward' belongs", ("y = scaled(x, 2.0)", "y = scaled(x, 2.0).backward()")),
        ("M004", "'autograd' belongs", ('"expected 6"', '"expected 6, as autograd will"')),
        ("M004", "'NextThing' belongs", ("n = 64\n", "n = 64  # for NextThing\n")),
        ("M005", "no measuring magic", ("# %%measure -o memory", "# %%time -o memory")),
        ("M005", "is a magic inside of a cell", ("n = 64\n", "# %matplotlib inline\nn = 64\n")),
        ("M005", "--predict prints", ("n=8..64 -o", "n=8..64 --predict n -o")),
        ("M005", "The size n has no value", ("n = 64\n", "m = 64\n", "np.ones(n)", "np.ones(64)")),
        ("S001", "does not begin with the title", ("# # Module 02: Pair", "# # Module 2: Pair")),
        ("S001", "'Unlocks'", ("**Unlocks:** NextThing.", "")),
        ("S002", "No heading begins with 'Part 1'", ("## Part 1: Foundations", "## First: Foundations")),
        ("S002", "holds no formula", ("$n$", "n")),
        ("S003", "asks for nothing", ("def scaled(x, factor):", "if True:")),
        ("S003", "No graded test follows", ("test_scaled()\n\n# %%\nn", "test_scaled()\n\n# %%\nn", '# %% nbgrader={"grade": true, "grade_id": "02-scaled-test"', '# %%\nhalf = 0.5\n\n# %% nbgrader={"grade": true, "grade_id": "02-scaled-test"')),
        ("S003", "No prose stands before", ("# %% [markdown]\n# ### 1.1 Scaling\n# Each number of `x` is multiplied.", '# %% nbgrader={"grade": true, "grade_id": "02-zero", "locked": true, "points": 20}\ndef test_none():\n    ### BEGIN HIDDEN TESTS\n    ### END HIDDEN TESTS\n    pass\ntest_none()', '"02-scaled-test", "locked": true, "points": 20', '"02-scaled-test", "locked": true, "points": 0.0')),
        ("S004", "No heading begins with 'Part 2'", ("## Part 2: Systems", "## Second: Systems")),
        ("S004", "Part 2 has no %%complexity", ("# %%complexity n=8..64 -o growth", "# %%measure -o growth")),
        ("S004", "No prediction is asked", ("**Predict** the class.", "Run it.")),
        ("S004", "has no name", ("%%measure -o memory", "%%measure")),
        ("S004", "measures nothing that the student built", ("y = scaled(x, 2.0)", "y = x * 2")),
        ("S005", "names no framework", ("PyTorch does the same in `torch.mul`", "Others do the same")),
        ("S006", "is no graded cell", ('"grade": true, "grade_id": "02-integration-test", "locked": true, "points": 20', '"grade": false')),
        ("S006", "does not call test_pair", ("    test_scaled()\n    test_pair()\n", "    test_scaled()\n")),
        ("S006", "There is no `if __name__", ('if __name__ == "__main__":', "if True:")),
        ("S007", "holds no rubric", ("Rubric: 20 points", "20 points")),
        ("S007", "There are 2 manually graded", ('"grade": true, "grade_id": "02-question-3"', '"grade": false, "grade_id": "02-question-3"')),
        ("S008", "not the last cell", ("NextThing comes next.\n", "NextThing comes next.\n\n# %%\nn\n")),
        ("N001", "grade_id is 'scaled'", ('"grade_id": "02-scaled"', '"grade_id": "scaled"')),
        ("N001", "stands in this lesson too", ('"grade_id": "02-scaled-test"', '"grade_id": "02-scaled"')),
        ("N002", "'### BEGIN SOLUTIONS' is no marker", ("### BEGIN SOLUTION\n    return", "### BEGIN SOLUTIONS\n    return")),
        ("N002", "'###begin hidden test' is no marker", ("### BEGIN HIDDEN TESTS", "###begin hidden test")),
        ("N002", "has no '### END SOLUTION'", ("    ### END SOLUTION\n", "")),
        ("N002", "in a cell of another kind", (SOLUTION, SOLUTION.replace("true", "false"))),
        ("N003", "scaled has no docstring", ('    """The numbers of ``x`` times ``factor``."""\n', "")),
        ("N003", "lacks HINTS", ("    # HINTS: an asterisk.\n", "")),
        ("N004", "not locked", ('"02-scaled-test", "locked": true', '"02-scaled-test", "locked": false')),
        ("N004", "hides nothing", ("    ### BEGIN HIDDEN TESTS\n", "", "    ### END HIDDEN TESTS\n", "", "    assert scaled(-1, 3) == -3\n", "")),
        ("N004", "has no message", (', "expected 6"', "")),
        ("N005", "add up to 90", ('"02-scaled-test", "locked": true, "points": 20', '"02-scaled-test", "locked": true, "points": 10')),
        ("N005", "has 0 points", ('"02-scaled-test", "locked": true, "points": 20', '"02-scaled-test", "locked": true, "points": 0')),
        ("N007", "does not end by calling", ("test_scaled()\n\n", "test_scaled()\n1\n\n")),
        ("N008", "which it builds", ("n = 64\n", "from tinytorch.core.pair import scaled as answer\nn = 64\n")),
        ("E001", "A test cell is exported", ("def test_scaled", "#| export\ndef test_scaled")),
        ("size", "lines of prose", ("multiplied.", "multiplied." + "\n# More." * 60)),
        ("prose", "names `scale`", ("Each number of `x`", "By `scale`, each number of `x`")),
        ("prose", "behind the figure '8 KiB'", ("8 KiB (`x.nbytes`)", "8 KiB")),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found(broken: Break, rule: str, said: str, changes: tuple[str, ...]) -> None:
    found = broken(*changes)
    assert [f for f in found if f.rule == rule and said in f.found], found
    assert {f.rule for f in found} <= {rule, *ALSO.get(said, ())}, found


ALSO = {
    # What is not there breaks what depends on it, too.
    "not Python": {"S004", "prose"},
    "'backward' belongs": {"prose"},
    "no measuring magic": {"S004"},
    "No heading begins with 'Part 2'": {"S005"},
    "asks for nothing": {"S004"},
    "No prose stands before": {"N005", "S006"},
    "is no graded cell": {"N002", "N005"},
    "There are 2 manually graded": {"N005"},
    "'### BEGIN SOLUTIONS' is no marker": {"E001"},
    "'###begin hidden test' is no marker": {"N004"},
    "in a cell of another kind": {"S004"},
}


def test_a_finding_names_its_place_and_what_to_do(broken: Break) -> None:
    (found,) = broken("**Predict** the class.", "Run it.")
    assert str(found).startswith("modules/02_pair/pair_dev.py:")
    assert "S004 error, cell 11 (Part 2: Systems analysis): No prediction is asked before it. Ask:" in str(found)


def test_lines_are_those_of_the_file(write: Write, good: str) -> None:
    lesson = write(good)
    lines = good.split("\n")
    for cell in lesson.cells:
        assert lines[cell.line - 1].removeprefix("# ") == cell.source.split("\n")[0]


def test_windows_line_ends_and_a_byte_order_mark_are_found(write: Write, good: str) -> None:
    assert [f.rule for f in check_text(write(good.replace("\n", "\r\n")))] == ["M001"]
    assert [f.rule for f in check_text(write("\ufeff" + good))] == ["M001"]


def test_a_module_without_its_page_is_found(place: Path, write: Write, good: str) -> None:
    (place / "modules" / "02_pair" / "README.md").unlink()
    (found,) = check_text(write(good))
    assert (found.rule, found.file) == ("M001", "modules/02_pair/README.md")


def test_a_lesson_of_the_wrong_length_is_found(write: Write, good: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SHORTEST", 300)
    assert [f.rule for f in check_text(write(good))] == ["size"]
    assert [f.rule for f in check_text(write(good.replace("n = 64\n", "n = 64\n" + "#\n" * 600)))] == ["size"]


def test_a_stale_library_file_is_found(place: Path, write: Write, good: str) -> None:
    write(good)
    (found,) = check_text(write(good.replace("return x * factor", "return factor * x"), exported=False))
    assert (found.rule, "tinytorch-lab export 02" in found.mend) == ("E001", True)


def test_another_lessons_grade_id_is_found(place: Path, write: Write, good: str) -> None:
    (place / "modules" / "01_base").mkdir()
    (place / "modules" / "01_base" / "base_dev.py").write_text(good, encoding="utf-8")
    assert {f.rule for f in check_text(write(good))} == {"N001"}


def test_several_exercises_in_a_cell_are_a_warning(broken: Break) -> None:
    second = '\ndef half(x):\n    """x / 2"""\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION\n'
    (found,) = broken(
        "    return x * factor\n    ### END SOLUTION\n", "    return x * factor\n    ### END SOLUTION\n" + second
    )
    assert (found.rule, found.severity) == ("S003", "warning")


def test_a_question_may_give_figures_its_solution_must_know_where_they_come_from(broken: Break) -> None:
    assert broken("# **1.** Why?", "# **1.** Why does a model of 7 billion parameters take 28 GB?") == []
    (found,) = broken("# So. Rubric", "# It takes 28 GB. Rubric")
    assert (found.rule, found.cell) == ("prose", 16)


def test_given_code_may_stand_between_prose_and_solution(broken: Break) -> None:
    assert broken('# %% nbgrader={"grade": false, "grade_id": "02-scaled"', '# %%\nhalf = 0.5\n\n# %% nbgrader={"grade": false, "grade_id": "02-scaled"') == []  # fmt: skip


def test_what_cannot_be_read_is_a_finding(place: Path, write: Write, good: str) -> None:
    lesson = write(good)
    lesson.path.write_text(good.replace('"grade_id": "02-scaled",', '"grade_id": 02-scaled,'), encoding="utf-8")
    report = check_module(place, lesson.catalogue, lesson.module)
    assert [(f.rule, "not valid JSON" in f.found) for f in report.findings] == [("M001", True)]
