"""``equivalents.toml``: the mutants that no test can tell from the solution, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation.mutants import Mutant
from tinytorch_lab.course.check.mutation.pool import Outcome
from tinytorch_lab.course.errors import CourseError

FILE = "equivalents.toml"
MOST_SHARE = 0.05
KEYS = {"id", "mutation", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """One entry: the mutant's id, its change as the report prints it, and why no test can notice."""

    id: str
    mutation: str
    reason: str


def read_equivalents(path: Path) -> list[Equivalent]:
    """The entries of the file; none if there is no file. Raises CourseError if it is malformed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}. Mend that place.") from None
    rows = table.get("equivalent", [])
    for row in rows:
        if set(row) != KEYS or not all(isinstance(value, str) and value.strip() for value in row.values()):
            raise CourseError(f"{path}: each [[equivalent]] has {', '.join(sorted(KEYS))} and nothing else; got {row}.")
    return [Equivalent(**row) for row in rows]


def resolve(listed: list[Equivalent], made: list[Mutant]) -> dict[str, Equivalent]:
    """The entries by the id of their mutant.

    The number in an entry's id counts only where several mutants of the function and operator read the same: so an edit of the
    solution elsewhere, which renumbers them, leaves the entry valid.
    """
    found: dict[str, Equivalent] = {}
    for one in listed:
        family = one.id.rpartition(":")[0]
        ids = [m.id for m in made if m.change == one.mutation and m.id.rpartition(":")[0] == family]
        name = one.id if one.id in ids else ids[0] if len(ids) == 1 else None
        if name is not None:
            found.setdefault(name, one)
    return found


def stale(lesson: Lesson, listed: list[Equivalent], made: list[Mutant], outcomes: list[Outcome]) -> Iterator[Finding]:
    """Entries without their mutant, entries that a test does notice, and too many of them."""
    file = f"modules/{lesson.module.id}/{FILE}"
    names = {id(one): name for name, one in resolve(listed, made).items()}
    killed = {outcome.mutant.id: outcome for outcome in outcomes if not outcome.survived}
    for place, one in enumerate(listed):
        name = names.get(id(one))
        if one in listed[:place]:
            yield Finding(file, 0, "N006", f"{one.id} is listed twice.", "Remove one entry.")
        elif name is None:
            found = f"There is no mutant {one.id} that reads '{one.mutation}'."
            yield Finding(file, 0, "N006", found, "Remove the entry, or copy id and change from the report.")
        elif name in killed:
            raised = killed[name].raised
            yield Finding(
                file, 0, "N006", f"{one.id} is no equivalent: a test notices ({raised}).", "Remove the entry."
            )
    if len(listed) > MOST_SHARE * len(made):
        yield Finding(
            file,
            0,
            "N006",
            f"{len(listed)} of {len(made)} mutants are listed.",
            f"At most {MOST_SHARE:.0%}: test more of them.",
        )
