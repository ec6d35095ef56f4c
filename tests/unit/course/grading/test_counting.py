"""What is counted from results: items, CSV, what feedback shows, the sample of an audit."""

import csv
import io
import json
import random

import nbformat
import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import audit, items, results
from tinytorch_lab.course.grading.csv_text import csv_text
from tinytorch_lab.course.grading.hidden import HIDDEN_FAILED, HIDDEN_SHOWN, without_hidden_tests
from tinytorch_lab.course.grading.model import DIED, GRADED, CellScore, ClassPaths, Graded


def graded(student: str, *scores: float, state: str = GRADED) -> Graded:
    """One submission with a test for each score, of 2 points each, and a written answer."""
    tests = [
        CellScore(
            f"t{number}", "test", 2.0, score, "" if score == 2 else f"AssertionError: t{number}", 0.1 * (number + 1)
        )
        for number, score in enumerate(scores)
    ]
    return Graded("01_pair", student, state, cells=(*tests, CellScore("why", "manual", 5.0, None)))


CLASS = [  # t0: everybody passes; t1: the better pass; t2: the better fail; t3: one in six passes
    graded("a", 2, 2, 0, 2),
    graded("b", 2, 2, 0, 0),
    graded("c", 2, 2, 0, 0),
    graded("d", 2, 0, 2, 0),
    graded("e", 2, 0, 2, 0),
    graded("f", 2, 1, 2, 0),
    graded("g", 0, 0, 0, 0, state=DIED),
]


def test_items_tell_the_easy_the_broken_and_the_hard_and_leave_out_who_has_no_score() -> None:
    found = {item.grade_id: item for item in items.analyse(CLASS)}
    assert list(found) == ["t0", "t1", "t2", "t3"]
    assert {item.count for item in found.values()} == {6}
    assert [item.pass_rate for item in found.values()] == pytest.approx([100, 50, 50, 100 / 6])
    assert found["t1"].mean_score == pytest.approx(7 / 6)
    assert [item.cpu_s for item in found.values()] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert found["t0"].discrimination is None
    assert found["t2"].discrimination < -0.5
    assert (found["t3"].first_error, found["t3"].times) == ("AssertionError: t3", 5)
    assert found["t0"].remark == "everybody passes"
    assert "is it broken?" in found["t2"].remark
    assert found["t3"].remark == "few pass: is it broken, or too hard?"


def test_few_submissions_are_not_remarked_on_and_none_is_a_sentence() -> None:
    assert [item.remark for item in items.analyse(CLASS[:2])] == [""] * 4
    with pytest.raises(CourseError, match="No submission has a score yet"):
        items.analyse([CLASS[-1]])


def test_items_are_drawn_with_a_bar_each_and_an_unknown_kind_of_file_is_a_sentence(tmp_path) -> None:
    found = items.analyse(CLASS)
    items.plot(found, "01_pair", tmp_path / "items.png")
    assert (tmp_path / "items.png").read_bytes().startswith(b"\x89PNG")
    items.plot(found, "01_pair", tmp_path / "items.svg")
    assert (tmp_path / "items.svg").read_text().count("matplotlib.axis_") >= 2
    with pytest.raises(CourseError, match=r"items\.wav cannot be drawn"):
        items.plot(found, "01_pair", tmp_path / "items.wav")


def test_a_spreadsheet_runs_nothing_of_what_students_wrote_and_numbers_stay_numbers() -> None:
    rows = list(csv.reader(io.StringIO(csv_text([["=HYPERLINK()", "@x", "-1+1", "fine, really", -0.5, None]]))))
    assert rows == [["'=HYPERLINK()", "'@x", "'-1+1", "fine, really", "-0.5", ""]]


def test_the_csv_of_items_has_a_line_for_each() -> None:
    rows = list(csv.DictReader(io.StringIO(items.items_csv(items.analyse(CLASS)))))
    assert [row["cell"] for row in rows] == ["t0", "t1", "t2", "t3"]
    assert (rows[2]["pass_percent"], rows[2]["median_cpu_s"], rows[0]["discrimination"]) == ("50", "0.3", "")
    assert float(rows[2]["discrimination"]) < -0.5


def test_results_come_back_as_they_were_written(tmp_path) -> None:
    paths = ClassPaths(tmp_path)
    kept = {one.student: results.Result(one, "aa", "bb", "2026-05-04T12:00:00+00:00") for one in CLASS}
    results.save_results(paths, "01_pair", kept)
    assert results.load_results(paths, "01_pair") == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "results.json is damaged"),
        ('{"version": 1, "results": {"ada": {}}}', "results.json is damaged"),
        ('{"version": 2, "results": {}}', "written by a newer tinytorch-lab"),
    ],
)
def test_damaged_results_are_a_sentence_and_stay_as_they_are(tmp_path, text: str, said: str) -> None:
    file = results.results_file(ClassPaths(tmp_path), "01_pair")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(CourseError, match=said):
        results.load_results(ClassPaths(tmp_path), "01_pair")
    assert file.read_text() == text


def test_an_audit_takes_every_zero_and_a_sample_of_the_others() -> None:
    class_ = {f"s{number:03}": graded(f"s{number:03}", 2) for number in range(100)}
    class_ |= {"zero": graded("zero", 0), "dead": graded("dead", 0, state=DIED)}
    chosen = audit.choose(class_, random.Random(1))
    assert "zero" in chosen
    assert "dead" not in chosen
    assert len(chosen) == 1 + 3  # 2 % of 101, rounded up
    assert audit.choose({"a": graded("a", 2)}, random.Random(1)) == ("a",)
    assert chosen != audit.choose(class_, random.Random(2))


def cell(source: str, *outputs) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


TEST = """def test():
    assert f(1) == 2
    ### BEGIN HIDDEN TESTS
    assert f(7) == 8, 'f(7) is 8'
    ### END HIDDEN TESTS
test()"""


def error(line: int, evalue: str):
    """As IPython writes it: the call, the line of the test, and where in another cell it ended."""
    shown = "----> assert f(7) == 8, 'f(7) is 8'"
    trace = [
        "Cell \x1b[0;32mIn[4]\x1b[0m, line 6",
        f"Cell In[4], line {line}, in test()",
        shown,
        "Cell In[2], line 4, in f",
    ]
    return nbformat.v4.new_output("error", ename="AssertionError", evalue=evalue, traceback=trace)


def test_hidden_tests_and_all_that_shows_them_stay_out_of_feedback() -> None:
    failed = cell(TEST, error(4, "f(7) is 8"), nbformat.v4.new_output("stream", text="f(7)"))
    without_hidden_tests([failed])
    assert failed.source == "def test():\n    assert f(1) == 2\ntest()"
    assert "f(7)" not in str(failed)
    assert failed.outputs[0].traceback == [HIDDEN_FAILED]


def test_what_a_visible_test_said_stays_without_the_lines_around_it() -> None:
    failed = cell(TEST, error(2, "f(1) is wrong"))
    without_hidden_tests([failed])
    assert failed.outputs[0].traceback == ["AssertionError: f(1) is wrong"]
    assert "f(7)" not in str(failed)


def test_where_the_line_is_not_known_nothing_is_shown() -> None:
    unknown = error(1, "f(7) is 8")
    unknown.traceback = ["no line here"]
    failed = cell(TEST, unknown)
    without_hidden_tests([failed])
    assert "f(7)" not in str(failed)


@pytest.mark.parametrize(
    "shown",
    [
        "In: " + repr([TEST]),  # print(In)
        TEST,  # %history
        json.dumps({"cell": TEST}),
        'assert f(7)==8, "f(7) is 8"',
    ],
)
def test_where_another_cell_shows_a_hidden_line_that_output_is_cut(shown: str) -> None:
    later = cell("print(In)", nbformat.v4.new_output("stream", text=shown), nbformat.v4.new_output("stream", text="8"))
    without_hidden_tests([cell(TEST), later])
    assert [output.text for output in later.outputs] == ["8", f"{HIDDEN_SHOWN}\n"]
    seen = cell("assert f(7) == 8, 'f(7) is 8'", nbformat.v4.new_output("stream", text=TEST.split("\n")[3]))
    without_hidden_tests([cell(TEST), seen])
    assert len(seen.outputs) == 1, "students wrote the line themselves"


def test_a_cell_without_hidden_tests_stays_as_it_is() -> None:
    plain = cell("f(7)", error(1, "f(7)"))
    before = str(plain)
    without_hidden_tests([plain])
    assert str(plain) == before


def test_several_hidden_regions_and_one_without_end_are_cut() -> None:
    several = cell("a\n### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS\nb\n### BEGIN HIDDEN TESTS\ny")
    without_hidden_tests([several])
    assert several.source == "a\nb"
