from pathlib import Path

import pytest

from tinytorch_lab.course.catalogue import load_catalogue
from tinytorch_lab.course.errors import CourseError


def test_the_course_lists_its_modules_in_order(root: Path) -> None:
    catalogue = load_catalogue(root / "modules" / "course.toml")
    assert [m.id for m in catalogue.modules] == ["01_pair", "02_next"]
    first = catalogue.modules[0]
    assert (first.number, first.name, first.notebook) == ("01", "pair", "modules/01_pair/pair.ipynb")
    assert (first.source, first.library_file) == ("modules/01_pair/pair_dev.py", "tinytorch/core/pair.py")


@pytest.mark.parametrize("word", ["01", "01_pair", "pair", "01_p", "pa"])
def test_a_module_is_found_by_any_unique_beginning(root: Path, word: str) -> None:
    assert load_catalogue(root / "modules" / "course.toml").find(word).id == "01_pair"


@pytest.mark.parametrize(
    ("word", "message"), [("0", "fits 01_pair, 02_next"), ("7", "no module '7'"), ("", "no module ''")]
)
def test_an_unclear_word_is_refused_with_the_choices(root: Path, word: str, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        load_catalogue(root / "modules" / "course.toml").find(word)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version = 1", "version = 2", "has version 2"),
        ("version = 1", "version =", "not valid TOML"),
        ('id = "02_next"', 'id = "2_next"', "not of the form 01_name"),
        ('id = "02_next"', 'id = "01_pair"', "stands there twice"),
        ('needs = ["01_pair"]', 'needs = ["03_later"]', "needs 03_later, which does not come before it"),
        ('needs = ["01_pair"]', 'needs = ["02_next"]', "does not come before it"),
        ('exports = "core.next"', 'exports = "next"', "not of the form core.name"),
        ('title = "Next"', "title = 7", "02_next needs `title` of type str, got 7"),
        ('part = "Foundation"\nbuilds = []', 'part = "Attic"\nbuilds = []', "'Attic', which is not in `parts`"),
    ],
)
def test_a_malformed_list_names_the_file_and_the_field(root: Path, old: str, new: str, message: str) -> None:
    path = root / "modules" / "course.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=message) as caught:
        load_catalogue(path)
    assert str(path) in str(caught.value)


def test_a_missing_list_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is missing"):
        load_catalogue(tmp_path / "course.toml")
