"""What goes out: grades as CSV, feedback as pages, as one zip and through the exchange, and the commands."""

import csv
import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import nbformat
import pytest

from tinytorch_lab.cli import main
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import feedback, give_back, run
from tinytorch_lab.course.grading.grades import class_grades
from tinytorch_lab.course.grading.grades_csv import anonymous_csv, grades_csv, pseudonyms
from tinytorch_lab.course.grading.model import DIED, FAILED, OUT_OF_MEMORY

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MODULE = "01_pair"
POLICY = """
version = 1
[due]
01_pair = 2026-05-04T12:00:00Z
[late]
percent_per_day = 10
[extensions.grace]
01_pair = 2026-05-09T12:00:00Z
"""
ROSTER = "id,first_name,last_name,email,section\nada,Ada,Lovelace,ada@example.org,B\nkay,Alan,Kay,kay@example.org,A\n"


def table(paths) -> dict[str, dict[str, str]]:
    """The CSV by id, with the module's name cut from its columns."""
    rows = csv.DictReader(io.StringIO(grades_csv(class_grades(paths, (MODULE,)), (MODULE,))))
    return {row["id"]: {key.removeprefix(f"{MODULE} "): value for key, value in row.items()} for row in rows}


def text_of(paths, student: str) -> str:
    page = paths.feedback(student, MODULE).read_text(encoding="utf-8")
    return re.sub(r"<style.*?</style>", "", page, flags=re.S)


def test_the_csv_has_a_line_for_everybody_and_no_zero_where_no_score_is_known(class_, by_hand) -> None:
    (class_.paths.root / "roster.csv").write_text(ROSTER)
    for student in ("ada", "dead", "zero", "open"):
        class_.hand_in(student, why="It adds." if student == "open" else "")
    class_.scores = {"dead": DIED, "zero": (0.0, 0.0)}
    run.grade(class_.paths, MODULE, class_.engine)
    class_.hand_in("new")
    rows = table(class_.paths)
    assert list(rows) == ["ada", "kay", "dead", "new", "open", "zero"]
    assert {key: rows["ada"][key] for key in ("last_name", "email", "section")} == {
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "section": "B",
    }
    what = ("score", "max", "percent", "state")
    assert [rows["ada"][key] for key in what] == ["5", "10", "50", "graded"]
    assert [rows["zero"][key] for key in what] == ["0", "10", "0", "graded"]
    assert [rows["dead"][key] for key in (*what, "reason")] == ["", "10", "", "kernel died", "reason of dead"]
    assert [rows["kay"][key] for key in (*what, "reason")] == ["", "10", "", "not handed in", "nothing was handed in"]
    assert [rows["new"][key] for key in what] == ["", "10", "", "not graded yet"]
    assert [rows["open"][key] for key in what] == ["5", "10", "50", "needs manual grade"]
    by_hand("open", "01-why", 4.5)
    for name, score in (("01-add-test", 2.0), ("01-mul-test", 0.0), ("01-why", 0.0)):
        by_hand("dead", name, score)
    rows = table(class_.paths)
    assert [rows["open"][key] for key in what] == ["9.5", "10", "95", "graded"]
    assert [rows["dead"][key] for key in (*what, "reason")] == ["2", "10", "20", "graded", "by hand, as kernel died"]


def test_late_work_shows_the_score_before_and_after_here_and_in_nbgrader(class_, by_hand) -> None:
    (class_.paths.root / "grading.toml").write_text(POLICY)
    for student, late in (("ada", timedelta(0)), ("alan", timedelta(days=1, hours=2)), ("grace", timedelta(days=3))):
        class_.hand_in(student, why="It adds.", at=AT + late)
    run.grade(class_.paths, MODULE, class_.engine)
    rows = table(class_.paths)
    what = ("score", "before_penalty", "late")
    assert [rows["ada"][key] for key in what] == ["5", "5", ""]
    assert [rows["alan"][key] for key in what] == ["4", "5", "1 d 02:00"]
    assert [rows["grace"][key] for key in what] == ["5", "5", ""]
    assert {student: cells["late"][1] for student, cells in class_.rows().items()} == {
        "ada": None,
        "alan": 1.0,
        "grace": None,
    }
    with class_.gradebook() as book:
        assert book.find_submission(MODULE, "alan").total_seconds_late == 26 * 3600
        assert book.find_submission(MODULE, "grace").total_seconds_late == 0
    by_hand("alan", "01-why", 5.0)
    feedback.feedback(class_.paths, MODULE, ("alan",))
    assert table(class_.paths)["alan"]["score"] == "8"
    assert class_.rows()["alan"]["late"][1] == 2.0
    assert "Score: 8.0 / 10.0" in text_of(class_.paths, "alan")


def test_an_extension_given_or_taken_away_since_is_in_nbgrader_with_the_next_run(class_) -> None:
    policy = class_.paths.root / "grading.toml"
    policy.write_text(POLICY)
    for student in ("ada", "grace"):
        class_.hand_in(student, at=AT + timedelta(days=3))
    run.grade(class_.paths, MODULE, class_.engine)
    policy.write_text(POLICY.replace("grace", "ada"))
    run.grade(class_.paths, MODULE, class_.engine)
    with class_.gradebook() as book:
        late = {name: book.find_submission(MODULE, name).total_seconds_late for name in ("ada", "grace")}
    assert late == {"ada": 0, "grace": 3 * 24 * 3600}


def test_an_anonymous_csv_names_nobody_and_is_the_same_each_time(class_) -> None:
    (class_.paths.root / "roster.csv").write_text(ROSTER)
    class_.hand_in("ada")
    run.grade(class_.paths, MODULE, class_.engine)
    rows = class_grades(class_.paths, (MODULE,))
    text = anonymous_csv(rows, (MODULE,), pseudonyms(class_.paths))
    assert not re.search("ada|lovelace|kay|example|,B", text, re.I)
    assert text == anonymous_csv(rows, (MODULE,), pseudonyms(class_.paths))
    assert len(text.splitlines()) == 3
    (class_.paths.root / "grading" / "pseudonyms.key").unlink()
    assert text != anonymous_csv(rows, (MODULE,), pseudonyms(class_.paths))


def test_nbgraders_own_exporter_reads_the_book(class_, tmp_path) -> None:
    from nbgrader.plugins import CsvExportPlugin

    class_.hand_in("ada")
    run.grade(class_.paths, MODULE, class_.engine)
    plugin = CsvExportPlugin()
    plugin.to = str(tmp_path / "nbgrader.csv")
    with class_.gradebook() as book:
        plugin.export(book)
    (row,) = csv.DictReader((tmp_path / "nbgrader.csv").open())
    assert (row["student_id"], row["score"], row["max_score"]) == ("ada", "5.0", "10.0")


def spoilt(class_, student: str) -> None:
    """A submission whose test failed in its hidden part, and whose student wrote scripts."""
    why = "It <b>adds</b>. <script>alert('md')</script><img src=x onerror=\"alert('img')\">"
    place = class_.hand_in(student, why=why)
    notebook = nbformat.read(place, as_version=4)
    given = nbformat.read(class_.paths.source(MODULE), as_version=4)
    test = next(one for one in notebook.cells if one.id == "01-add-test")
    test.source = next(one.source for one in given.cells if one.id == "01-add-test")
    trace = ["Cell In[2], line 3", "minus seven"]
    test.outputs = [nbformat.v4.new_output("error", ename="AssertionError", evalue="minus seven", traceback=trace)]
    shown = {"text/html": "<i>mine</i><script>alert('out')</script>"}
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", data=shown)]
    nbformat.write(notebook, place)


def test_feedback_shows_scores_and_comments_but_neither_hidden_tests_nor_scripts(class_) -> None:
    spoilt(class_, "ada")
    class_.scores = {"ada": (0.0, 3.0)}
    run.grade(class_.paths, MODULE, class_.engine)
    with class_.gradebook() as book:
        book.find_comment("01-add", "pair", MODULE, "ada").manual_comment = "Mind **negative** numbers."
        book.db.commit()
    feedback.feedback(class_.paths, MODULE)
    page = text_of(class_.paths, "ada")
    assert "Score: 3.0 / 10.0" in page
    assert "Mind <strong>negative</strong> numbers." in page
    assert "A hidden test of this cell failed" in page
    assert "Not graded yet." in page
    assert "<b>adds</b>" in page
    assert not re.search(r"minus seven|-7|HIDDEN TESTS", re.sub("<[^>]*>", "", page))
    assert not re.search(r"<script>alert|<[^>]*onerror", page)
    feedback.feedback(class_.paths, MODULE, hidden=True)
    assert "HIDDEN TESTS" in re.sub("<[^>]*>", "", text_of(class_.paths, "ada"))


def test_what_code_said_at_its_limit_is_not_shown_since_a_hidden_test_may_have_called_it(class_) -> None:
    class_.hand_in("ada")

    def engine(tasks):
        for graded in class_.engine(tasks):
            yield replace(graded, state=OUT_OF_MEMORY, reason="called with -7")

    run.grade(class_.paths, MODULE, engine)
    feedback.feedback(class_.paths, MODULE)
    page = text_of(class_.paths, "ada")
    assert "A cell needed more memory than is allowed" in page
    assert "called with" not in page


def test_who_has_no_score_gets_the_reason_and_no_zero(class_) -> None:
    class_.hand_in("ada")
    class_.scores = {"ada": FAILED}
    run.grade(class_.paths, MODULE, class_.engine)
    feedback.feedback(class_.paths, MODULE)
    page = text_of(class_.paths, "ada")
    assert "Your work has no score yet." in page
    assert "grading failed: reason of ada" in page
    assert "Score" not in page


def test_pages_of_many_are_those_of_few(class_, monkeypatch) -> None:
    for student in ("ada", "alan"):
        class_.hand_in(student)
    run.grade(class_.paths, MODULE, class_.engine)
    feedback.feedback(class_.paths, MODULE)
    few = text_of(class_.paths, "alan")
    monkeypatch.setattr(feedback, "FEW", 1)
    assert len(feedback.feedback(class_.paths, MODULE)) == 2
    assert text_of(class_.paths, "alan") == few


def test_feedback_of_what_was_not_graded_is_a_sentence(class_) -> None:
    class_.hand_in("ada")
    with pytest.raises(CourseError, match="Nothing of 01_pair was graded yet"):
        feedback.feedback(class_.paths, MODULE)
    with pytest.raises(CourseError, match="ada was not graded in 01_pair yet"):
        feedback.feedback(class_.paths, MODULE, ("ada",))
    with pytest.raises(CourseError, match="There is no feedback for 01_pair yet"):
        give_back.zip_feedback(class_.paths, MODULE, class_.paths.root / "f.zip")


def test_who_came_through_the_exchange_finds_the_page_where_nbgrader_looks_for_it(class_) -> None:
    from nbgrader.utils import notebook_hash

    for student in ("ada", "alan"):
        class_.hand_in(student)
    secret = class_.paths.submitted("ada", MODULE).parent / "submission_secret.txt"
    secret.write_text("a secret of ada's submission")
    run.grade(class_.paths, MODULE, class_.engine)
    outbound = class_.paths.root / "exchange" / "tiny" / "feedback"
    outbound.parent.mkdir(parents=True, exist_ok=True)
    feedback.feedback(class_.paths, MODULE)
    (page,) = outbound.iterdir()
    assert page.stem == notebook_hash(secret=secret.read_text(), notebook_id="pair")
    assert page.read_bytes() == class_.paths.feedback("ada", MODULE).read_bytes()


def test_the_commands_go_from_an_lms_export_to_feedback_for_it(class_, tmp_path, monkeypatch, capsys) -> None:
    (class_.paths.root / "roster.csv").write_text(ROSTER)
    export = zipfile.ZipFile(tmp_path / "export.zip", "w")
    with export:
        ada = class_.hand_in("ada", why="It adds.")
        export.write(ada, "Ada Lovelace_77_assignsubmission_file_/pair.ipynb")
        export.writestr("Nobody Known_78_assignsubmission_file_/pair.ipynb", "x")
    ada.unlink()
    monkeypatch.chdir(class_.paths.root / "source")
    assert main(["collect", "--from", str(tmp_path / "export.zip")]) == 1  # something was left
    said = capsys.readouterr()
    assert "1 collected, 1 left." in said.out
    assert "left: export.zip/Nobody Known_78_" in said.err
    assert main(["grade"]) == 0
    assert "5/10 needs manual grade" in capsys.readouterr().out
    assert main(["grade", "01", "--again"]) == 0
    assert "graded again: 1, of which 0 changed" in capsys.readouterr().out
    assert main(["feedback", "01", "--zip"]) == 0
    (packed,) = (class_.paths.grading(MODULE)).glob("*_feedback.zip")
    assert zipfile.ZipFile(packed).namelist() == ["Ada Lovelace_77_assignsubmission_file_/pair.html"]
    assert main(["grades", "--csv", str(tmp_path / "grades.csv")]) == 0
    assert "ada,Lovelace,Ada,ada@example.org,B,5,10,50,needs manual grade" in (tmp_path / "grades.csv").read_text()
    assert (
        main(["grades", "01", "--items", "--csv", str(tmp_path / "items.csv"), "--plot", str(tmp_path / "i.png")]) == 0
    )
    assert "01-add-test,2,1,100,2" in (tmp_path / "items.csv").read_text()
    assert (tmp_path / "i.png").stat().st_size > 1000


def test_without_moodle_the_zip_is_laid_out_as_student_folders(class_) -> None:
    class_.hand_in("ada")
    run.grade(class_.paths, MODULE, class_.engine)
    feedback.feedback(class_.paths, MODULE)
    assert give_back.zip_feedback(class_.paths, MODULE, class_.paths.root / "f.zip") == 1
    with zipfile.ZipFile(class_.paths.root / "f.zip") as packed:
        assert packed.namelist() == ["ada/feedback/01_pair/pair.html"]
        digest = hashlib.sha256(packed.read("ada/feedback/01_pair/pair.html")).digest()
    assert digest == hashlib.sha256(class_.paths.feedback("ada", MODULE).read_bytes()).digest()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["grade"], "Nothing was collected in"),
        (["grade", "77"], "There is no module '77'"),
        (["grade", "01", "--student", "ada"], "ada handed in nothing for 01_pair"),
        (["grades", "--items"], "Nothing was collected in"),
        (["collect", "--course", "nowhere"], "nowhere is no class folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(class_, monkeypatch, capsys, command, said) -> None:
    monkeypatch.chdir(class_.paths.root)
    assert main(command) == 1
    assert said in capsys.readouterr().err
