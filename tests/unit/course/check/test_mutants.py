"""Running mutants: scores that are known, mutants that misbehave, equivalents, samples."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation import pool
from tinytorch_lab.course.check.mutation.mutants import Mutant, mutants
from tinytorch_lab.course.check.mutation.pool import Outcome, needed, run_mutants
from tinytorch_lab.course.check.mutation.score import MutationReport, check_mutants, choose, course_goal, score
from tinytorch_lab.course.check.mutation.text import lines
from tinytorch_lab.course.check.mutation.worker import run_mutant
from tinytorch_lab.course.errors import CourseError

Write = Callable[..., Lesson]
IMPORT = "from tinytorch.core.base import total"
IN_PLACE = {"y = x * factor -> x *= factor y = x"}
TOTAL = "def total(a, b): return a + b"


@pytest.fixture
def lesson(write: Write, good: str) -> Lesson:
    """The good lesson with a solution of two lines; it imports nothing, so that it runs anywhere."""
    text = good.replace(IMPORT, TOTAL).replace("    return x * factor\n", "    y = x * factor\n    return y\n")
    return write(text, exported=False)


def planted(lesson: Lesson, body: str, name: str = "m") -> Mutant:
    """A mutant of our own: ``body`` in the place of the solution."""
    cell = next(cell for cell in lesson.code if cell.is_solution)
    code = cell.code.replace(
        "    y = x * factor\n    return y\n", "".join(f"    {line}\n" for line in body.split("\n"))
    )
    assert code != cell.code
    return Mutant(name, "scaled", cell.grade_id, "body", "was -> becomes", cell.number, cell.line, code, "")


def run(lesson: Lesson, body: str, limit_s: float = 1.0) -> Outcome:
    (outcome,) = run_mutants(lesson, [planted(lesson, body)], workers=1, limit_s=limit_s)
    return outcome


def test_the_score_of_a_lesson_is_known(lesson: Lesson) -> None:
    report = check_mutants(lesson)
    alive = {outcome.mutant.change for outcome in report.outcomes if outcome.survived}
    assert alive == IN_PLACE  # of numbers, which know no place
    assert [one.mutant.id for one in report.outcomes] == [one.id for one in mutants(lesson)]
    figures = score(report.outcomes)
    assert (figures.planted, figures.noticed) == (len(report.outcomes), len(report.outcomes) - 1)


def test_a_weak_test_lets_mistakes_survive_and_each_is_a_finding(write: Write, lesson: Lesson) -> None:
    hidden = "    ### BEGIN HIDDEN TESTS\n    assert scaled(-1, 3) == -3\n"
    text = (
        lesson.path.read_text(encoding="utf-8")
        .replace(hidden, hidden.replace("scaled(-1, 3) == -3", "True"))
        .replace("scaled(2, 3) == 6", "scaled(2, 2) == 4")
        .replace("math.isclose(scaled(total(1, 2), 0.5), 1.5)", "scaled(0, 0) == 0")
        .replace("assert scaled(total(1, 2), 2) == 6", "assert True")
    )
    report = check_mutants(write(text, exported=False))
    alive = [outcome.mutant.change for outcome in report.outcomes if outcome.survived]
    alive = [change for change in alive if change not in IN_PLACE]
    # 2 * 2 is 2 + 2, and with equal operands nobody sees which one was used.
    assert alive == ["x * factor -> x + factor", "x -> factor", "factor -> x"]
    assert [(f.rule, f.cell) for f in report.findings if "No test notices" in f.found] == [("N006", 5)] * 4
    shown = "\n".join(lines(report))
    assert "+    y = x + factor" in shown
    planted_here = len(report.outcomes)
    assert f"{planted_here - 4:4} of {planted_here:4}" in shown


def test_a_region_that_no_test_needs_is_a_finding(write: Write, lesson: Lesson) -> None:
    text = lesson.path.read_text(encoding="utf-8")
    assertions = [line for line in text.split("\n") if line.startswith("    assert ")]
    for used in (line.removeprefix("    assert ").partition(', "')[0] for line in assertions):
        text = text.replace(used, "True")
    report = check_mutants(write(text, exported=False))
    assert {"N007", "N006"} == {finding.rule for finding in report.findings}
    assert score(report.outcomes).noticed == 0
    assert any("notice 0.0%" in finding.found for finding in report.findings)


@pytest.mark.parametrize(
    ("body", "raised"),
    [
        ("return x + factor", "AssertionError: expected 6"),
        ("return x.nothing", "AttributeError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(0)", "its process ended"),
        ("return [0] * 2**40", "MemoryError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "its process ended"),
        ("print('{\"cell\": null}', flush=True); return 7", "AssertionError"),
        ("return scaled(x, factor)", "RecursionError"),
    ],
)
def test_a_mutant_that_misbehaves_is_noticed_and_the_next_one_runs(lesson: Lesson, body: str, raised: str) -> None:
    bad, good = planted(lesson, body, "bad"), planted(lesson, "return factor * x", "good")
    first, second = run_mutants(lesson, [bad, good], workers=1, limit_s=2.0)
    assert first.raised.startswith(raised)
    assert not first.survived
    assert second.survived


def test_an_endless_mutant_is_ended_by_its_cpu_time(lesson: Lesson) -> None:
    outcome = run(lesson, "while True: pass")
    assert (outcome.cell, outcome.assertion) == (0, False)


def test_a_sleeping_mutant_is_ended_by_the_clock(lesson: Lesson) -> None:
    assert run(lesson, "import time; time.sleep(1000)", 0.2).raised == "it ran into the time limit"


def test_what_a_mutant_starts_ends_with_it(lesson: Lesson, tmp_path: Path) -> None:
    sign = tmp_path / "beats"
    body = f"""import os, time
if os.fork() == 0:
    while True:
        open({str(sign)!r}, "a").write(".")
        time.sleep(0.02)
while not os.path.exists({str(sign)!r}):
    time.sleep(0.01)
return 7"""
    assert run(lesson, body).raised.startswith("AssertionError")
    size = sign.stat().st_size
    time.sleep(0.3)
    assert sign.stat().st_size == size


def test_crashing_wherever_it_is_called_is_told_from_one_wrong_case(lesson: Lesson) -> None:
    assert run(lesson, "return x.nothing").crashes
    once = run(lesson, "if x == 2: raise KeyError(x)\nreturn x * factor")
    assert (once.raised, once.crashes) == ("KeyError: 2", False)
    figures = score([run(lesson, "return x.nothing"), once, run(lesson, "return 7")])
    assert (figures.planted, figures.noticed, figures.crashing, figures.asserted) == (3, 3, 1, 1)
    assert figures.asserted_share == 0.5


@pytest.mark.parametrize(("body", "noticed"), [("2 * x / 4", None), ("x / 4", 2)])
def test_a_mutant_in_a_method_is_judged_by_what_it_computes(body: str, noticed: int | None) -> None:
    code = f"class Half:\n    def of(self, x):\n        return {body}\n"
    graded = {"number": 2, "code": "assert Half().of(4) == 2", "graded": True}
    outcome = run_mutant({"cell": 1, "exercise": "Half.of", "code": code}, [graded], {})
    assert (outcome["cell"], outcome["assertion"], outcome["crashes"]) == (noticed, noticed is not None, False)


def test_a_generator_that_raises_while_it_is_read_crashes(lesson: Lesson, write: Write) -> None:
    text = lesson.path.read_text(encoding="utf-8")
    text = text.replace("scaled(2, 3) == 6", "list(scaled(2, 3)) == [6]").replace("scaled(-1, 3) == -3", "True")
    text = text.replace("math.isclose(scaled(total(1, 2), 0.5), 1.5)", "True").replace(
        "scaled(total(1, 2), 2) == 6", "True"
    )
    text = text.replace("    y = x * factor\n    return y\n", "    y = x * factor\n    yield y\n")
    lesson = write(text, exported=False)
    cell = next(cell for cell in lesson.code if cell.is_solution)
    code = cell.code.replace("yield y", "yield y.nothing")
    bad = Mutant("m", "scaled", "", "body", "", cell.number, cell.line, code, "")
    (outcome,) = run_mutants(lesson, [bad], workers=1)
    assert (outcome.raised.split(":")[0], outcome.crashes) == ("AttributeError", True)


def test_a_reference_that_fails_its_tests_is_refused(lesson: Lesson, write: Write) -> None:
    text = lesson.path.read_text(encoding="utf-8").replace("scaled(2, 3) == 6", "scaled(2, 3) == 7")
    with pytest.raises(CourseError, match="fails the lesson's tests as it is"):
        check_mutants(write(text, exported=False))


def test_a_given_cell_that_fails_is_a_sentence(lesson: Lesson, write: Write) -> None:
    text = lesson.path.read_text(encoding="utf-8").replace("import numpy as np\n", "import numpy as np\n1 / 0\n")
    with pytest.raises(CourseError, match="fails outside of its tests"):
        check_mutants(write(text, exported=False))


def test_what_only_tries_out_does_not_run_with_the_mutants(lesson: Lesson, write: Write) -> None:
    text = lesson.path.read_text(encoding="utf-8")
    assert not [cell for cell in needed(lesson) if "__main__" in cell.source]
    for code, runs in (("trained = 1 / 0", False), ("def total(a, b): return a + b", True), ("import math", True)):
        shown = write(text.replace("# %% [markdown]\n", f"# %%\n{code}\n\n# %% [markdown]\n", 1), exported=False)
        assert any(cell.source == code for cell in shown.code)
        assert any(cell.source == code for cell in needed(shown)) == runs, code


def test_measuring_cells_run_only_if_a_test_reads_them(lesson: Lesson, write: Write) -> None:
    assert not [cell for cell in needed(lesson) if cell.is_measuring]
    text = lesson.path.read_text(encoding="utf-8").replace(
        "def test_pair():\n", "def test_pair():\n    assert len(y), 'y'\n"
    )
    assert [cell.source.split()[2] for cell in needed(write(text, exported=False)) if cell.is_measuring] == ["memory"]


def test_a_sample_is_the_same_for_the_same_seed(lesson: Lesson) -> None:
    made = mutants(lesson)
    assert choose(made, 5, 1) == choose(made, 5, 1) != choose(made, 5, 2)
    assert choose(made, None, 1) == choose(made, 10**6, 1) == made
    report = check_mutants(lesson, sample=3, seed=4)
    assert (len(report.outcomes), report.sampled) == (3, True)
    assert list(course_goal([report])) == []


def equivalents(lesson: Lesson, *rows: tuple[str, str]) -> None:
    text = "\n".join(
        f"[[equivalent]]\nid = {json.dumps(name)}\nmutation = {json.dumps(change)}\nreason = 'so'\n"
        for name, change in rows
    )
    (lesson.path.parent / "equivalents.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def commuting(lesson: Lesson, write: Write) -> Lesson:
    """A lesson with one mutant that nobody can notice: abs(x - factor) is abs(factor - x)."""
    text = lesson.path.read_text(encoding="utf-8").replace(
        "y = x * factor", "y = 0 + x * factor + abs(x - factor) - abs(x - factor)"
    )
    return write(text, exported=False)


def test_a_listed_equivalent_is_no_finding_and_counts_all_the_same(commuting: Lesson) -> None:
    report = check_mutants(commuting)
    alive = [(outcome.mutant.id, outcome.mutant.change) for outcome in report.outcomes if outcome.survived]
    assert ("02:scaled:swap:1", "0 + x * factor + abs(x - factor) - abs(x - factor) -> ") not in alive
    assert "x - factor -> factor - x" in [change for _, change in alive]
    equivalents(commuting, *alive)
    again = check_mutants(commuting)
    assert [f.found for f in again.findings if f.rule == "N006" and "No test notices" in f.found] == []
    assert score(again.outcomes) == score(report.outcomes)
    assert "equivalent: so" in "\n".join(lines(again))


def test_an_entry_stays_valid_when_an_edit_elsewhere_renumbers_the_mutants(commuting: Lesson) -> None:
    same = [m for m in mutants(commuting) if m.change == "x - factor -> factor - x"]
    only = next(m for m in mutants(commuting) if m.change == "0 -> 1")
    equivalents(commuting, ("02:scaled:constant:99", only.change), ("02:scaled:swap:99", same[0].change))
    said = [f.found for f in check_mutants(commuting, sample=1).findings if "There is no mutant" in f.found]
    assert len(same) == 2
    assert said == ["There is no mutant 02:scaled:swap:99 that reads 'x - factor -> factor - x'."]


def test_stale_entries_are_findings(lesson: Lesson) -> None:
    made = {mutant.id: mutant.change for mutant in mutants(lesson)}
    dropped, kept = "02:scaled:sign:1", made["02:scaled:drop:2"]
    equivalents(
        lesson, (dropped, kept), ("02:scaled:drop:9", "a -> b"), ("02:scaled:drop:2", kept), ("02:scaled:drop:2", kept)
    )
    said = [f.found for f in check_mutants(lesson).findings if f.file.endswith("equivalents.toml")]
    assert f"There is no mutant {dropped} that reads '{kept}'." in said
    assert "There is no mutant 02:scaled:drop:9 that reads 'a -> b'." in said
    assert "02:scaled:drop:2 is listed twice." in said
    assert any(text.startswith("02:scaled:drop:2 is no equivalent: a test notices") for text in said)
    assert any("mutants are listed" in text for text in said)


@pytest.mark.parametrize(
    "text", ["[[equivalent]]\nid = 'a'\n", "[[equivalent]", "[[equivalent]]\nid = 1\nmutation = ''\nreason = ''"]
)
def test_a_malformed_list_is_a_sentence(lesson: Lesson, text: str) -> None:
    (lesson.path.parent / "equivalents.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"equivalents\.toml"):
        check_mutants(lesson)


def test_without_fork_it_says_where_mutants_run(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pool.os, "fork")
    with pytest.raises(CourseError, match="need a system with fork"):
        run_mutants(lesson, [])


def test_the_course_has_a_goal_of_its_own(lesson: Lesson) -> None:
    (mutant, *_) = mutants(lesson)
    noticed, survived = Outcome(mutant, 6, "AssertionError", True, False), Outcome(mutant, None, "", False, False)

    def report(good: int, bad: int, sampled: bool = False) -> MutationReport:
        return MutationReport(lesson, (*[noticed] * good, *[survived] * bad), {}, (), sampled)

    assert list(course_goal([report(90, 10), report(100, 0)])) == []
    assert [f.rule for f in course_goal([report(90, 10), report(80, 10)])] == ["N006"]
    assert list(course_goal([report(80, 20, sampled=True)])) == []
