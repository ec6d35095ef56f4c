"""The command ``tinytorch-lab``: every subcommand is one short function over tinytorch_lab.course."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch_lab.course.workspace import Folder


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status. What a user can mend is one sentence on stderr and status 1."""
    from tinytorch_lab.course.errors import CourseError

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
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tinytorch-lab", description="Build a deep-learning framework in JupyterLab and measure every step of it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open JupyterLab on your course; other options are passed on to jupyter lab")
    lab.add_argument(
        "folder", nargs="?", type=Path, help="the student folder (default: this one, else ./course, made if missing)"
    )
    lab.set_defaults(run=_lab)
    new = commands.add_parser("new", help="make a student folder")
    new.add_argument("folder", type=Path)
    new.set_defaults(run=_new)
    export = commands.add_parser("export", help="write tinytorch/ from the lessons (authors)")
    export.add_argument("modules", nargs="*", metavar="NN", help="modules to export (default: all)")
    export.add_argument(
        "--check", action="store_true", help="write nothing; say what is stale and fail if something is"
    )
    export.set_defaults(run=_export)
    doctor = commands.add_parser("doctor", help="what is installed where, what is wrong and how to mend it")
    doctor.set_defaults(run=_doctor)
    return parser


def _lab(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import launch

    return launch.open_lab(_folder_for_lab(arguments.folder), arguments.options)


def _folder_for_lab(path: Path | None) -> Folder:
    from tinytorch_lab.course import workspace

    found = None if path else workspace.find_folder(Path.cwd())
    if found is None:
        chosen = (path or Path("course")).resolve()
        if workspace.new_student_folder(chosen):
            print(f"Made the student folder {chosen}.")
        found = workspace.read_marker(chosen)
    found.require("student")
    return found


def _new(arguments: argparse.Namespace) -> int:
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


if __name__ == "__main__":
    sys.exit(main())
