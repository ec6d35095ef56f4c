"""The 20 modules, read from ``course.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError

MODULE_ID = re.compile(r"[0-9]{2}_[a-z0-9_]+")
MILESTONE_ID = re.compile(r"[0-9]_[0-9]{4}_[a-z0-9_]+")
EXPORTS = re.compile(r"(core|perf)\.[a-z_]+")
VERSION = 1


@dataclass(frozen=True)
class Module:
    """One module as ``course.toml`` states it.

    ``id`` is ``NN_name``; ``exports`` the module of tinytorch that its lesson makes (``core.tensor``); ``needs`` are the ids of
    its direct prerequisites; ``points`` is the sum over its graded cells. ``compare``, if there is one, is code that prepares and
    a statement: what is timed to compare the student's module with the reference.
    """

    id: str
    exports: str
    title: str
    part: str
    builds: tuple[str, ...]
    question: str
    needs: tuple[str, ...]
    points: int
    compare: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """``"01"`` of ``"01_tensor"``."""
        return self.id[:2]

    @property
    def name(self) -> str:
        """``"tensor"`` of ``"01_tensor"``."""
        return self.id[3:]

    @property
    def notebook(self) -> str:
        """The student's notebook, relative to the student folder, with forward slashes."""
        return f"modules/{self.id}/{self.name}.ipynb"

    @property
    def library_file(self) -> str:
        """The library file that the lesson makes, relative to the folder that holds ``tinytorch/``."""
        return f"tinytorch/{self.exports.replace('.', '/')}.py"

    @property
    def source(self) -> str:
        """The lesson's source, relative to the folder that holds ``modules/``."""
        return f"modules/{self.id}/{self.name}_dev.py"


@dataclass(frozen=True)
class Milestone:
    """A step of history that runs on the modules in ``needs``; ``id`` is ``K_year_name``."""

    id: str
    title: str
    needs: tuple[str, ...]

    @property
    def number(self) -> str:
        """``"1"`` of ``"1_1957_perceptron"``."""
        return self.id[0]

    @property
    def notebook(self) -> str:
        """The notebook, relative to the student folder."""
        return f"milestones/{self.id}.ipynb"


@dataclass(frozen=True)
class Catalogue:
    """All modules in their order, the parts they belong to, and the milestones."""

    parts: tuple[str, ...]
    modules: tuple[Module, ...]
    milestones: tuple[Milestone, ...] = ()

    def find(self, word: str) -> Module:
        """The module that ``word`` means: ``NN``, ``NN_name`` or a unique beginning of the id or of the name.

        Raises CourseError if no module or more than one fits.
        """
        exact = [m for m in self.modules if word in (m.id, m.number, m.name)]
        found = exact or [m for m in self.modules if word and (m.id.startswith(word) or m.name.startswith(word))]
        if len(found) == 1:
            return found[0]
        if found:
            raise CourseError(f"'{word}' fits {', '.join(m.id for m in found)}: write more of the one you mean.")
        first, last = self.modules[0].id, self.modules[-1].id
        raise CourseError(
            f"There is no module '{word}'. Modules are named {first} to {last}; the number alone is enough."
        )


def load_catalogue(path: Path) -> Catalogue:
    """Read ``course.toml``. Raises CourseError, naming file and field, if it is missing or malformed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"The list of modules, {path}, is missing. Reinstall tinytorch-lab or restore the file."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}. Mend that place; nothing was changed.") from None
    if table.get("version") != VERSION:
        raise CourseError(
            f"{path} has version {table.get('version')!r}; this tinytorch-lab reads version {VERSION}. Upgrade it."
        )
    for key, kind in (("parts", str), ("module", dict), ("milestone", dict)):
        rows = table.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
            wanted = "a list of names" if kind is str else f"written as [[{key}]], once for each"
            raise CourseError(f"{path}: `{key}` must be {wanted}, got {str(rows)[:60]}.")
    parts = tuple(table.get("parts", ()))
    modules = tuple(_module(row, path) for row in table.get("module", ()))
    _check(parts, modules, path)
    return Catalogue(parts, modules, _milestones(table, modules, path))


def _milestones(table: Mapping[str, Any], modules: tuple[Module, ...], path: Path) -> tuple[Milestone, ...]:
    known = {module.id for module in modules}
    found = []
    for row in table.get("milestone", ()):
        name, needs = row.get("id"), row.get("needs", [])
        if not isinstance(name, str) or not MILESTONE_ID.fullmatch(name) or not isinstance(row.get("title"), str):
            raise CourseError(f"{path}: a milestone needs an `id` of the form 1_1957_name and a `title`, got {row!r}.")
        if not isinstance(needs, list) or not all(isinstance(need, str) for need in needs):
            raise CourseError(f"{path}: `needs` of milestone {name} must be a list of names, got {needs!r}.")
        if unknown := set(needs) - known:
            raise CourseError(f"{path}: milestone {name} needs {', '.join(sorted(unknown))}, which are no modules.")
        found.append(Milestone(name, row["title"], tuple(needs)))
    return tuple(found)


def _module(row: Mapping[str, Any], path: Path) -> Module:
    kinds = {
        "id": str,
        "exports": str,
        "title": str,
        "part": str,
        "builds": list,
        "question": str,
        "needs": list,
        "points": int,
    }
    for key, kind in kinds.items():
        if not isinstance(row.get(key), kind):
            name = row.get("id", "a module without id")
            raise CourseError(f"{path}: {name} needs `{key}` of type {kind.__name__}, got {row.get(key)!r}.")
    for key in ("builds", "needs"):
        if not all(isinstance(one, str) for one in row[key]):
            raise CourseError(f"{path}: `{key}` of {row['id']} must be a list of names, got {row[key]!r}.")
    values: dict[str, Any] = {key: tuple(row[key]) if kind is list else row[key] for key, kind in kinds.items()}
    compare = row.get("compare", [])
    if (
        not isinstance(compare, list)
        or len(compare) not in (0, 2)
        or not all(isinstance(part, str) for part in compare)
    ):
        raise CourseError(
            f"{path}: `compare` of {row['id']} must be code that prepares and a statement, got {compare!r}."
        )
    return Module(**values, compare=tuple(compare))


def _check(parts: tuple[str, ...], modules: tuple[Module, ...], path: Path) -> None:
    known: set[str] = set()
    for module in modules:
        if not MODULE_ID.fullmatch(module.id):
            raise CourseError(f"{path}: the id {module.id!r} is not of the form 01_name (small letters, digits, _).")
        if not EXPORTS.fullmatch(module.exports):
            raise CourseError(
                f"{path}: {module.id} exports {module.exports!r}, which is not of the form core.name or perf.name."
            )
        if module.id in known:
            raise CourseError(f"{path}: the id {module.id} stands there twice.")
        if module.part not in parts:
            raise CourseError(f"{path}: {module.id} belongs to the part {module.part!r}, which is not in `parts`.")
        unknown = set(module.needs) - known
        if unknown:
            raise CourseError(f"{path}: {module.id} needs {', '.join(sorted(unknown))}, which does not come before it.")
        known.add(module.id)
    if not modules:
        raise CourseError(f"{path} lists no modules.")
