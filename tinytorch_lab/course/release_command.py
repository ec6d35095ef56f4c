"""``tinytorch-lab release`` and ``tinytorch-lab new --class``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tinytorch_lab.course.errors import CourseError

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of ``tinytorch-lab``."""
    parser = commands.add_parser("release", help="check modules and publish them for students (instructors)")
    parser.add_argument("modules", nargs="*", metavar="NN", help="modules to release (default: show how far each is)")
    parser.add_argument("--course", type=Path, metavar="CLASS_FOLDER", help="default: the class folder around this one")
    parser.add_argument("--mend", action="store_true", help="keep submissions that are in; grade them again")
    parser.add_argument("--new-edition", action="store_true", help="move submissions that are in to editions/")
    parser.add_argument(
        "--zip", action="store_true", help="also make one zip of these modules, for an LMS or a web page"
    )
    parser.set_defaults(run=_release)


def new_class(path: Path, origin: Path | None) -> int:
    """``tinytorch-lab new --class DIR --from SOURCE``."""
    from tinytorch_lab.course.class_folder import new_class_folder

    if origin is None:
        raise CourseError(
            "A class folder is made from lessons: add --from SOURCE, a checkout of TinyTorch Lab or its sdist."
        )
    written = new_class_folder(path.resolve(), origin.resolve())
    lessons = sum(file.name.endswith("_dev.py") for file in written)
    print(
        f"{path} is a class folder with {lessons} modules. Release the first: tinytorch-lab release 01 --course {path}"
    )
    return 0


def _release(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.class_folder import find_class, open_class
    from tinytorch_lab.course.release.out import zip_release
    from tinytorch_lab.course.release.pipeline import release

    course = open_class(arguments.course) if arguments.course else find_class(Path.cwd())
    if not arguments.modules and not arguments.zip:
        return _show(course.root)
    for word in arguments.modules:
        done = release(
            word, course=course.root, edition=arguments.new_edition, mend=arguments.mend,
            say=lambda step: print(f"  {step.number}/{step.total} {step.name} ...", flush=True),
        )  # fmt: skip
        for fault in done.warnings:
            print(f"  {fault}")
        points = f"{done.points.auto:g} points by tests, {done.points.manual:g} by hand"
        what = "is what students have already" if done.unchanged else "is released"
        print(f"{done.module} {what}: version {done.version}, {points}.\n  {done.notebook}")
    if arguments.zip:
        print(f"  {zip_release(course.root, tuple(arguments.modules))}")
    return 0


def _show(course: Path) -> int:
    from tinytorch_lab.course.release.status import class_status

    for one in class_status(course):
        version = f"v{one.version} of {one.at}" if one.version else ""
        print(f"{one.id:20} {one.state:9} {version:30} {one.points.total:5g} points  {one.reason or ''}".rstrip())
    return 0
