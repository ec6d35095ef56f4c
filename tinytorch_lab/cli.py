"""The command ``tinytorch-lab``: every subcommand is one short function over tinytorch_lab.course."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch_lab.course.workspace import Folder


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status. What a user can mend is one sentence on stderr and status 1."""
    from tinytorch_lab.course.errors import CourseError

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal of another alphabet shows a sign's number
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if arguments.run is _lab:
        arguments.options = rest
    elif rest:
        parser.error(f"unknown: {' '.join(rest)}. See tinytorch-lab --help.")
    try:
        return int(arguments.run(arguments))
    except CourseError as error:
        print(f"tinytorch-lab: {error}", file=sys.stderr)
    except OSError as error:
        print(f"tinytorch-lab: {error.strerror or error}: {error.filename or 'no file named'}", file=sys.stderr)
    except KeyboardInterrupt:
        print("tinytorch-lab: stopped.", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    from tinytorch_lab.course import class_commands, release_command
    from tinytorch_lab.course import commands as student_commands

    parser = argparse.ArgumentParser(
        prog="tinytorch-lab", description="Build a deep-learning framework in JupyterLab and measure every step of it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open JupyterLab on your course; other options are passed on to jupyter lab")
    lab.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help="a student folder, or an instructor's class folder (default: this one, else ./course, made if missing)",
    )
    lab.set_defaults(run=_lab)
    new = commands.add_parser("new", help="make a student folder, or with --class an instructor's")
    new.add_argument("folder", type=Path)
    new.add_argument("--class", dest="class_folder", action="store_true", help="make a class folder (instructors)")
    new.add_argument("--from", dest="origin", type=Path, metavar="SOURCE", help="its lessons: a checkout or an sdist")
    new.set_defaults(run=_new)
    student_commands.add_to(commands)
    release_command.add_to(commands)
    class_commands.add_to(commands)
    export = commands.add_parser("export", help="write tinytorch/ from the lessons (authors)")
    export.add_argument("modules", nargs="*", metavar="NN", help="modules to export (default: all)")
    export.add_argument(
        "--check", action="store_true", help="write nothing; say what is stale and fail if something is"
    )
    export.set_defaults(run=_export)
    check = commands.add_parser("check", help="check lessons against the standard (authors)")
    check.add_argument("modules", nargs="*", metavar="NN", help="modules to check (default: every lesson)")
    check.add_argument(
        "--mutants", action="store_true", help="plant mistakes in the solutions: do the tests notice them?"
    )
    check.add_argument("--sample", type=int, metavar="N", help="plant only N mistakes in each lesson")
    check.add_argument("--seed", type=int, default=0, help="which N (default: 0)")
    check.add_argument("--changed", action="store_true", help="plant them only in lessons that git says have changed")
    check.add_argument(
        "--watch", action="store_true", help="after every change, show what students get and check again"
    )
    check.set_defaults(run=_check)
    doctor = commands.add_parser("doctor", help="what is installed where, what is wrong and how to mend it")
    doctor.set_defaults(run=_doctor)
    calibrate = commands.add_parser("calibrate", help="measure what this machine can do at most, for the roofline")
    calibrate.add_argument("--force", action="store_true", help="measure again, though it was measured before")
    calibrate.set_defaults(run=_calibrate)
    history = commands.add_parser("history", help="the measurements that are kept here: the latest of them")
    history.set_defaults(run=_history)
    instead = history.add_mutually_exclusive_group()
    instead.add_argument("--csv", action="store_true", help="print the figures of all as CSV instead")
    instead.add_argument("--json", action="store_true", help="print all, whole, as JSON instead")
    instead.add_argument("--clear", action="store_true", help="delete all instead")
    return parser


def _lab(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import launch

    return launch.open_lab(_folder_for_lab(arguments.folder), arguments.options)


def _folder_for_lab(path: Path | None) -> Folder:
    from tinytorch_lab.course import workspace

    found = None if path else workspace.find_folder(Path.cwd())
    if found is None:
        chosen = (path or Path("course")).resolve()
        is_class = (chosen / workspace.MARKER).is_file() and workspace.read_marker(chosen).kind == "class"
        if not is_class and workspace.new_student_folder(chosen):
            print(f"Made the student folder {chosen}.")
        found = workspace.read_marker(chosen)
    return found


def _new(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.release_command import new_class

    if arguments.class_folder:
        return new_class(arguments.folder, arguments.origin)
    from tinytorch_lab.course.workspace import new_student_folder

    folder = arguments.folder.resolve()
    written = new_student_folder(folder)
    for path in written:
        print(f"  {path.relative_to(folder)}")
    print(f"{folder} is ready. Open it with: tinytorch-lab lab {arguments.folder}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import export
    from tinytorch_lab.course.catalogue import load_catalogue

    root = _source_root(Path.cwd())
    catalogue = load_catalogue(root / "modules" / "course.toml")
    exported = export.export_all(root, catalogue, tuple(catalogue.find(word) for word in arguments.modules))
    if not arguments.check:
        for one in export.write(root, exported):
            print(f"wrote {one.path} from {one.module.source}")
        return 0
    stale = export.stale(root, exported)
    for one in stale:
        print(f"{one.path} is stale: run `tinytorch-lab export {one.module.number}`.")
    if not stale:
        print(f"{len(exported)} exported, none stale.")
    return 1 if stale else 0


def _check(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.check import command, watch

    root = _source_root(Path.cwd())
    wanted = command.Wanted(
        tuple(arguments.modules), arguments.mutants, arguments.sample, arguments.seed, arguments.changed
    )
    if not arguments.watch:
        return 0 if command.check(root, wanted) else 1
    watch.watch([root / "modules"], lambda: command.preview(root, wanted) and command.check(root, wanted))
    return 0


def _source_root(start: Path) -> Path:
    from tinytorch_lab.course.errors import CourseError

    for path in (start, *start.parents):
        if (path / "modules" / "course.toml").is_file():
            return path
    raise CourseError(
        f"{start} is not inside a folder with lessons (modules/course.toml). Go to the repository and try again."
    )


def _doctor(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import doctor

    findings = doctor.examine(Path.cwd())
    for finding in findings:
        print(finding)
    problems = sum(not finding.fine for finding in findings)
    print(f"{problems} problem{'' if problems == 1 else 's'} found." if problems else "All well.")
    return 1 if problems else 0


def _calibrate(arguments: argparse.Namespace) -> int:
    from time import perf_counter

    from tinytorch_lab.profiler import calibrate, roofline

    if calibrate.complaint():
        print(calibrate.complaint())
    limits = None if arguments.force else calibrate.calibrated(measure=False)
    when = f"Measured {limits.measured}" if limits else ""
    if limits is None:
        started = perf_counter()
        limits = calibrate.calibrate()
        when = f"Measured in {perf_counter() - started:.1f} s"
    for line in roofline.limits_in_words(limits):
        print(line)
    kept = calibrate.is_kept(limits)
    print(f"{when}, {'kept' if kept else 'but it cannot be kept'} in {calibrate.cache_file()}.")
    return 0 if kept else 1


def _history(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.archive.file import HistoryError
    from tinytorch_lab.show.explorer import history

    kept = history()
    try:
        if arguments.clear:
            print(f"{kept.clear()} measurements were deleted.")
            return 0
    except HistoryError as error:
        print(f"tinytorch-lab: {error}", file=sys.stderr)
        return 1
    if arguments.csv or arguments.json:
        print(kept.to_csv() if arguments.csv else kept.to_json(), end="")
    else:
        print(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
