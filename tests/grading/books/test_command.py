"""What ``grade`` prints, and its exit status."""

import pytest

from tinytorch_lab.cli import main
from tinytorch_lab.course.grading import audit, command
from tinytorch_lab.course.grading.model import DIED


@pytest.fixture
def grade(class_, monkeypatch, capsys):
    """The command with the test's engine: its status, and what it printed."""
    monkeypatch.setattr(command, "grade_all", lambda tasks, tell, **how: class_.engine(tasks))

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["grade", *words, "--course", str(class_.paths.root)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_after_a_mended_test_it_lists_who_has_other_points_than_before(class_, grade) -> None:
    for student in ("ada", "alan", "grace"):
        class_.hand_in(student)
    class_.scores = {"ada": (2.0, 0.0), "grace": DIED}
    status, out, err = grade("01")
    assert status == 0
    assert "3 graded, 0 were graded before, 1 have no score." in out
    assert "no score: grace: kernel died: reason of grace" in err
    assert "Nothing is new. To grade once more: tinytorch-lab grade 01 --again" in grade()[1]
    source = class_.paths.source("01_pair")
    source.write_text(source.read_text() + "\n")
    assert "3 were graded with earlier tests. To grade all once more: tinytorch-lab grade 01 --again" in grade()[1]
    class_.scores = {}
    out = grade("01", "--again")[1]
    assert "graded again: 3, of which 2 changed" in out
    table = [line.split() for line in out.splitlines() if "->" in line]
    assert table == [["ada", "2/10", "->", "5/10", "graded"], ["grace", "no", "score", "->", "5/10", "graded"]]


def test_only_the_students_named_are_graded(class_, grade) -> None:
    for student in ("ada", "alan", "grace"):
        class_.hand_in(student)
    grade("01", "--student", "ada", "--student", "grace")
    assert class_.asked == ["ada", "grace"]


def test_ctrl_c_is_a_status_and_a_sentence(class_, grade, monkeypatch) -> None:
    class_.hand_in("ada")

    def interrupted(tasks, tell, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "grade_all", interrupted)
    status, _, err = grade()
    assert (status, err) == (130, "Stopped. What is graded is kept; go on with: tinytorch-lab grade 01\n")


def test_differences_of_an_audit_are_listed_and_are_a_status(class_, grade, monkeypatch) -> None:
    class_.hand_in("ada")
    found = [audit.Difference("ada", "01-add-test", 2.0, None), audit.Difference("alan", "", 0.0, None)]
    monkeypatch.setattr(audit, "audit", lambda paths, module: audit.Audit(("ada", "alan"), tuple(found)))
    status, out, _ = grade("--audit")
    assert status == 1
    assert "ada, 01-add-test: 2 here, none by nbgrader" in out
    assert "alan: nbgrader could not grade this submission at all" in out
    assert "2 compared (ada, alan), 2 differences." in out
    monkeypatch.setattr(audit, "audit", lambda paths, module: audit.Audit(("ada",), ()))
    assert grade("--audit")[0] == 0
