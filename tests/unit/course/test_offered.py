"""What comes with an instructor's release is what the folder offers from then on; modules that only it knows too."""

from pathlib import Path

import pytest

from tinytorch_lab.course import complete, handin, offered, reset, source, testing, update
from tinytorch_lab.course.notebooks import read_notebook
from tinytorch_lab.course.progress import course_progress
from tinytorch_lab.course.student import student_notebook, to_text
from tinytorch_lab.course.workspace import Folder, open_notebook


@pytest.fixture
def released(folder: Folder, lesson: Path) -> Folder:
    """The folder after an update from a class whose 01 has another title, and that has a module of its own."""
    text = lesson.read_text(encoding="utf-8")
    texts = {
        "01_pair": text.replace("01: Pair", "01: Two"),
        "77_extra": text.replace("01: Pair", "77: Extra").replace("01-", "77-"),
    }
    made = {}
    for module, content in texts.items():
        place = folder.path.parent / f"{module}_dev.py"
        place.write_text(
            content.replace("core.pair", "core.extra" if module == "77_extra" else "core.pair"), encoding="utf-8"
        )
        made[module] = to_text(student_notebook(place))
    assert [one.module for one in update.update_from(folder, made)] == ["01_pair", "77_extra"]
    return folder


def first_line(folder: Folder, module: str) -> str:
    return str(read_notebook(folder.path / "modules" / module / f"{module[3:]}.ipynb").cells[0].source)


def test_the_release_stays_what_the_folder_offers(released: Folder) -> None:
    pair = source.catalogue().find("01")
    assert first_line(released, "01_pair") == "# Module 01: Two"
    assert not course_progress(released)["01_pair"].update
    assert update.update(released, (pair,))[0].sentence == "nothing new"
    reset.reset(released, pair)
    assert first_line(released, "01_pair") == "# Module 01: Two"


def test_a_module_of_the_instructors_own_is_in_the_course(released: Folder) -> None:
    course = offered.offered(released.path)
    extra = course.find("77")
    assert (extra.title, extra.part, extra.exports, extra.points) == ("Extra", offered.PART, "core.extra", 100)
    assert course.parts[-1] == offered.PART
    assert course_progress(released)["77_extra"].state == "ready"
    assert open_notebook(released, "77").is_file()
    assert handin.submit(released, extra).file.is_file()


def test_its_tests_run_and_it_can_be_completed(released: Folder) -> None:
    extra = offered.offered(released.path).find("77")
    path = released.path / extra.notebook
    assert testing.run(released, extra).passed == 0
    text = path.read_text(encoding="utf-8").replace("raise NotImplementedError()", "return a + b")
    path.write_text(text, encoding="utf-8")
    assert complete.complete(released, extra, say=lambda words: None).refused is None
    assert (released.path / "tinytorch" / "core" / "extra.py").is_file()


def test_a_folder_without_a_release_offers_this_version(folder: Folder) -> None:
    assert offered.offered(folder.path) == source.catalogue()
    assert offered.offered(None) == source.catalogue()


def test_a_damaged_copy_of_a_release_is_still_listed(released: Folder) -> None:
    kept = released.path / ".tinytorch-lab" / "released" / "77_extra.ipynb"
    kept.write_text("{", encoding="utf-8")
    assert offered.offered(released.path).find("77").title == "Extra"
    assert first_line(released, "77_extra") == "# Module 77: Extra"
