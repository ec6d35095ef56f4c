import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.roster import read_roster


def test_a_roster_of_a_spreadsheet_is_read_and_its_other_columns_are_kept(tmp_path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes('\ufeffid,last_name,first_name,email,section\r\nada,"Lovelace, Countess",Ada,,B\r\n'.encode())
    (ada,) = read_roster(file).students
    assert (ada.name, ada.lms) == ("Ada Lovelace, Countess", {"section": "B"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nAda\n", "has no column `id`"),
        ("id\n../ada\n", "line 2: the id '../ada' cannot name a folder"),
        ("id\n..\n", "the id '..' cannot name a folder"),
        ("id\nada\nAda\n", "the id Ada stands there twice"),
        ("id,email\nada,a,b\n", "line 2: there are more fields"),
        ("id\n\xff", "cannot be read"),
    ],
)
def test_a_wrong_roster_is_a_sentence_with_the_place(tmp_path, text: str, said: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(CourseError, match=r"roster\.csv") as caught:
        read_roster(file)
    assert said in str(caught.value)


def test_names_are_found_as_an_lms_writes_them_and_only_if_one_student_fits(paths) -> None:
    roster = read_roster(paths.root / "roster.csv")
    assert {roster.by_name(name).id for name in ("Ada Lovelace", "ada  LOVELACE", "Lovelace, Ada", "lovelaceada")} == {
        "ada"
    }
    assert roster.by_name("Grace Hopper") is None
    assert roster.by_number("canvas_id", "504").id == "grace2"
