"""Where the course comes from: the files in the installed wheel, or the lessons of a checkout."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue, Module, load_catalogue
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson_cache import student_text

_PACKAGE = Path(__file__).resolve().parent.parent
BUNDLE = _PACKAGE / "_course"


def checkout() -> Path | None:
    """The repository that this package runs from, or None if it is installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "modules" / "course.toml").exists() else None


@cache
def catalogue() -> Catalogue:
    """The course's modules."""
    root = checkout()
    return load_catalogue(root / "modules" / "course.toml" if root else BUNDLE / "course.toml")


def has_lesson(module: Module) -> bool:
    """Whether this version of the course has the module's lesson already."""
    root = checkout()
    return (root / module.source if root else BUNDLE / module.notebook).exists()


def notebook_text(module: Module) -> str:
    """The student's notebook of ``module`` as text. Raises CourseError if this version has no such lesson yet."""
    if not has_lesson(module):
        raise CourseError(f"This version of the course has no lesson {module.id} yet.")
    root = checkout()
    if root:
        lesson = root / module.source
        return _made_from(lesson, lesson.stat().st_mtime_ns, root / ".cache" / "lessons")
    return (BUNDLE / module.notebook).read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _made_from(lesson: Path, stamp: int, kept: Path) -> str:
    return student_text(lesson, kept)


def milestones() -> tuple[str, ...]:
    """The milestones' notebooks, relative to the student folder: ``milestones/1_1957_perceptron.ipynb``, in their order."""
    root = checkout()
    found = (root / "milestones").glob("[0-9]_*.py") if root else (BUNDLE / "milestones").glob("[0-9]_*.ipynb")
    return tuple(sorted(f"milestones/{path.stem}.ipynb" for path in found))


def milestone_text(notebook: str) -> str:
    """One of ``milestones()`` as the text of a notebook."""
    root = checkout()
    if root:
        return student_text((root / notebook).with_suffix(".py"), root / ".cache" / "milestones")
    return (BUNDLE / notebook).read_text(encoding="utf-8")
