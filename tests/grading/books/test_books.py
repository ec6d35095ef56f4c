"""The books: what is written, what nbgrader reads in it, and that nothing is lost or taken for a zero."""

import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import audit, bookkeeping, results, run
from tinytorch_lab.course.grading.engine.run import grade_all
from tinytorch_lab.course.grading.model import DIED, FAILED
from tinytorch_lab.course.lock import folder_lock

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MODULE = "01_pair"


def real_engine(tasks):
    return grade_all(tasks, lambda words: None)


def test_the_rows_are_those_that_nbgraders_own_autograde_writes_but_for_a_submission_it_loses(class_) -> None:
    class_.hand_in("full", why="It adds.")
    class_.hand_in("wrong", add="a - b", why="It adds.")
    class_.hand_in("half", mul="", at=AT + timedelta(hours=1))
    class_.hand_in("untouched", add="", mul="")
    class_.hand_in("gone", add="__import__('os')._exit(0)")
    copy = class_.paths.root.parent / "nbgraders"
    audit._copy(class_.paths, type(class_.paths)(copy), MODULE, ("full", "wrong", "half", "untouched", "gone"))
    for stamp in class_.paths.root.glob(f"submitted/*/{MODULE}/timestamp.txt"):
        (copy / stamp.relative_to(class_.paths.root)).write_text(stamp.read_text())
    said = audit._autograde(class_.paths, type(class_.paths)(copy), MODULE)
    run.grade(class_.paths, MODULE, real_engine)
    theirs, ours = type(class_)(copy).rows(), class_.rows()
    for student in ("full", "wrong", "half", "untouched"):
        assert ours[student] == theirs[student], f"{student}; nbgrader said: {said[-500:]}"
    # nbgrader leaves what a dead kernel did not reach as if nobody had graded it yet, or as zeros; here it waits for a person
    assert {row[0] for name, row in ours["gone"].items() if name in ("01-add-test", "01-mul-test", "01-why")} == {None}
    assert all(ours["gone"][name][2] for name in ("01-add-test", "01-mul-test", "01-why"))


def test_what_formgrader_asks_for_is_answered_for_everybody(class_) -> None:
    class_.hand_in("ada", why="It adds.")
    class_.hand_in("alan")
    class_.scores = {"alan": FAILED}
    run.grade(class_.paths, MODULE, class_.engine)
    with class_.gradebook() as book:
        submissions = {row["student"]: row for row in book.submission_dicts(MODULE)}
        notebooks = {row["student"]: row for row in book.notebook_submission_dicts("pair", MODULE)}
    assert (submissions["ada"]["score"], submissions["ada"]["max_score"]) == (5.0, 10.0)
    assert submissions["ada"]["needs_manual_grade"]
    assert submissions["alan"]["needs_manual_grade"]
    assert notebooks["ada"]["code_score"] == 5.0
    assert class_.paths.autograded("ada", MODULE).is_file()
    assert not class_.paths.autograded("alan", MODULE).exists()


def test_only_what_is_new_is_graded_and_again_means_all_with_before_and_after(class_) -> None:
    class_.hand_in("ada")
    class_.hand_in("alan")
    class_.scores = {"ada": (2.0, 0.0)}
    assert len(run.grade(class_.paths, MODULE, class_.engine).changes) == 2
    class_.hand_in("alan", mul="b * a")
    done = run.grade(class_.paths, MODULE, class_.engine)
    assert ([change.student for change in done.changes], done.kept, done.outdated) == (["alan"], ("ada",), ())

    source = class_.paths.source(MODULE)
    source.write_text(source.read_text().replace("mul(2, 3) == 6", "mul(3, 2) == 6"))
    assert run.grade(class_.paths, MODULE, class_.engine).outdated == ("ada", "alan")
    class_.scores = {}
    done = run.grade(class_.paths, MODULE, class_.engine, again=True)
    moved = {change.student: (change.before.score, change.after.score) for change in done.changes}
    assert moved == {"ada": (2.0, 5.0), "alan": (5.0, 5.0)}
    assert class_.rows()["ada"]["01-mul-test"][0] == 3.0


def test_measuring_cells_are_not_run_and_stay_as_the_student_handed_them_in(class_) -> None:
    place = class_.hand_in("ada")
    notebook = nbformat.read(place, as_version=4)
    shown = [nbformat.v4.new_output("stream", text="peak 3 MiB")]
    notebook.cells.insert(1, nbformat.v4.new_code_cell("%%measure\nadd(1, 2)", outputs=shown))
    nbformat.write(notebook, place)
    run.grade(class_.paths, MODULE, real_engine)
    executed = nbformat.read(class_.paths.autograded("ada", MODULE), as_version=4)
    assert executed.cells[1].source == "%%measure\nadd(1, 2)"
    assert executed.cells[1].outputs == shown
    assert class_.rows()["ada"]["01-mul-test"] == (3.0, None, False)


def test_a_class_is_not_held_in_memory(class_) -> None:
    for number in range(4):
        class_.hand_in(f"s{number}")

    def engine(tasks):
        for number, graded in enumerate(class_.engine(tasks)):
            if number == 1:  # what is third is not read before it is asked for
                class_.hand_in("s2", add="b + a")
            yield graded

    done = run.grade(class_.paths, MODULE, engine)
    assert "b + a" in class_.paths.autograded("s2", MODULE).read_text()
    assert all(change.after.notebook is None for change in done.changes)


def test_a_persons_grades_stay_and_are_asked_for_again_only_if_what_they_were_given_for_changed(
    class_, by_hand
) -> None:
    for student in ("ada", "alan", "grace"):
        class_.hand_in(student, why="It adds.")
    run.grade(class_.paths, MODULE, class_.engine)
    for student in ("ada", "alan", "grace"):
        by_hand(student, "01-why", 4.0)
    by_hand("grace", "01-add-test", 1.5)
    class_.hand_in("alan", why="It multiplies.")
    class_.scores = {"grace": (0.0, 3.0)}
    run.grade(class_.paths, MODULE, class_.engine, again=True)
    rows = class_.rows()
    assert [rows[student]["01-why"] for student in ("ada", "alan", "grace")] == [
        (None, 4.0, False),
        (None, 4.0, True),  # another answer was handed in
        (None, 4.0, False),
    ]
    assert rows["grace"]["01-add-test"] == (0.0, 1.5, True)  # the test gives another score now
    assert rows["grace"]["01-mul-test"] == (3.0, None, False)


def test_a_submission_that_lost_its_score_loses_its_notebook_and_gets_it_back(class_) -> None:
    class_.hand_in("ada")
    for scores in ({}, {"ada": DIED}, {}):
        class_.scores = scores
        run.grade(class_.paths, MODULE, class_.engine, again=True)
        assert class_.paths.autograded("ada", MODULE).exists() == (not scores)
        assert (class_.rows()["ada"]["01-add-test"][0] is None) == bool(scores)


def test_ctrl_c_keeps_what_is_graded_and_the_next_run_does_the_rest(class_) -> None:
    for number in range(6):
        class_.hand_in(f"s{number}")

    def interrupted(tasks):
        for number, graded in enumerate(class_.engine(tasks)):
            if number == 4:
                raise KeyboardInterrupt
            yield graded

    with pytest.raises(KeyboardInterrupt):
        run.grade(class_.paths, MODULE, interrupted)
    assert list(results.load_results(class_.paths, MODULE)) == ["s0", "s1", "s2", "s3"]
    class_.asked.clear()
    run.grade(class_.paths, MODULE, class_.engine)
    assert class_.asked == ["s4", "s5"]
    assert set(class_.rows()) == {f"s{number}" for number in range(6)}


def test_a_run_that_is_killed_goes_on_where_it_was(class_) -> None:
    for number in range(4):
        class_.hand_in(f"s{number}")
    script = f"""
        import os, signal
        from pathlib import Path
        from tinytorch_lab.course.grading import run, writer
        from tinytorch_lab.course.grading.model import CellScore, ClassPaths, Graded, GRADED
        writer.BATCH = 2
        cells = tuple(CellScore(name, "test", 1.0, 1.0) for name in ("01-add-test", "01-mul-test", "01-why"))
        def engine(tasks):
            for number, task in enumerate(tasks):
                if number == 3:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield Graded(task.module, task.student, GRADED, cells=cells)
        run.grade(ClassPaths(Path({str(class_.paths.root)!r})), "{MODULE}", engine)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False).returncode
    assert ended != 0
    assert list(results.load_results(class_.paths, MODULE)) == ["s0", "s1"]
    run.grade(class_.paths, MODULE, class_.engine)
    assert class_.asked == ["s2", "s3"]


def test_two_runs_of_one_module_are_not_at_work_at_once(class_) -> None:
    class_.hand_in("ada")
    class_.paths.grading(MODULE).mkdir(parents=True)
    with (
        folder_lock(class_.paths.grading(MODULE)),
        pytest.raises(CourseError, match="Another tinytorch-lab is at work"),
    ):
        run.grade(class_.paths, MODULE, class_.engine)


def test_nothing_is_written_while_a_release_is_at_work_in_the_folder_and_nothing_is_lost(class_, monkeypatch) -> None:
    class_.hand_in("ada")
    monkeypatch.setattr(bookkeeping, "WAIT_S", 0.1)
    with folder_lock(class_.paths.root), pytest.raises(CourseError, match="Another tinytorch-lab is at work"):
        run.grade(class_.paths, MODULE, class_.engine)
    assert class_.rows() == {}
    assert len(run.grade(class_.paths, MODULE, class_.engine).changes) == 1
    assert set(class_.rows()) == {"ada"}


def test_an_audit_by_nbgrader_finds_a_score_that_is_not_its_own(class_) -> None:
    class_.hand_in("right")
    class_.hand_in("zero", add="0", mul="0")
    class_.scores = {"right": (2.0, 3.0), "zero": (0.0, 0.0)}
    run.grade(class_.paths, MODULE, class_.engine)
    found = audit.audit(class_.paths, MODULE)
    assert (found.students, found.differences) == (("right", "zero"), ())
    class_.scores = {"right": (2.0, 1.0), "zero": (0.0, 0.0)}
    run.grade(class_.paths, MODULE, class_.engine, again=True)
    before = class_.rows()
    assert [str(one) for one in audit.audit(class_.paths, MODULE).differences] == [
        "right, 01-mul-test: 1 here, 3 by nbgrader"
    ]
    assert class_.rows() == before


def test_tests_that_the_gradebook_does_not_know_are_a_sentence_and_nothing_is_written(class_) -> None:
    class_.hand_in("ada")

    def other(tasks):
        for graded in class_.engine(tasks):
            cells = tuple(type(one)("02-other", one.kind, one.points, one.score) for one in graded.cells)
            yield type(graded)(graded.module, graded.student, graded.state, cells=cells, notebook=graded.notebook)

    with pytest.raises(CourseError, match="does not know the cells 02-other"):
        run.grade(class_.paths, MODULE, other)
    assert class_.rows() == {}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda paths: paths.gradebook.unlink(), "There is no gradebook at"),
        (lambda paths: paths.gradebook.write_bytes(b"not a database" * 99), "could not be read or written"),
        (lambda paths: paths.source(MODULE).unlink(), "was not released from this class folder"),
    ],
)
def test_a_class_folder_with_something_missing_is_a_sentence(class_, spoil, said) -> None:
    class_.hand_in("ada")
    spoil(class_.paths)
    with pytest.raises(CourseError, match=said):
        run.grade(class_.paths, MODULE, class_.engine)


def test_a_module_that_was_never_released_is_a_sentence(class_) -> None:
    place = class_.paths.source("02_next")
    place.parent.mkdir()
    place.write_text(class_.paths.source(MODULE).read_text())
    submitted = class_.paths.submitted("ada", "02_next")
    submitted.parent.mkdir(parents=True)
    submitted.write_text(Path(class_.hand_in("ada")).read_text())
    with pytest.raises(CourseError, match="does not know 02_next"):
        run.grade(class_.paths, "02_next", class_.engine)
