"""One module's pages of nbgrader's gradebook: what ``release`` planned, and what tests and people gave.

What is written there is in bookkeeping.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.place import require_nbgrader

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

BUSY_S = 60
"""How long to wait for another writer, Formgrader for instance."""


@dataclass(frozen=True)
class Marks:
    """What the gradebook holds of one submission's cell: what the tests gave, what a person gave, whether one is waited for."""

    points: float
    auto: float | None
    manual: float | None
    extra: float | None
    waits: bool
    kind: str

    @property
    def score(self) -> float:
        """As nbgrader counts it: a person's score before that of the tests, with what was given on top."""
        base = self.manual if self.manual is not None else self.auto
        return 0.0 if base is None else base + (self.extra or 0.0)


@contextmanager
def opened(path: Path, module: str) -> Iterator[Book]:
    """The gradebook at ``path``, for one module. Raises CourseError if it does not know the module, or is busy or damaged."""
    require_nbgrader()
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DatabaseError

    if not path.is_file():
        raise CourseError(f"There is no gradebook at {path}. Release first: tinytorch-lab release {module}")
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_S})
    try:
        yield Book(engine, path, module)
    except DatabaseError as error:
        raise CourseError(
            f"{path} could not be read or written ({error.orig}). If it says that it is locked, end the other program; if "
            "columns are missing, upgrade it: nbgrader db upgrade"
        ) from None
    finally:
        engine.dispose()


class Book:
    """One module's pages of the gradebook."""

    def __init__(self, engine: Engine, path: Path, module: str) -> None:
        from nbgrader import api

        self.engine, self.path, self.module = engine, path, module
        self.tables: Mapping[str, Table] = dict(api.Base.metadata.tables)
        with engine.connect() as connection:
            self._read_plan(connection)

    def _read_plan(self, connection: Connection) -> None:
        """The module's notebook and cells, as ``release`` wrote them."""
        assignment, notebook, base = (self.tables[name] for name in ("assignment", "notebook", "base_cell"))
        found = connection.execute(
            assignment.join(notebook)
            .select()
            .where(assignment.c.name == self.module, notebook.c.name == self.module[3:])
        ).first()
        if found is None:
            raise CourseError(
                f"{self.path} does not know {self.module}. Release it first: tinytorch-lab release {self.module}"
            )
        self.assignment_id, self.notebook_id = found[0], found._mapping[notebook.c.id]
        self.names: dict[str, str] = {}
        self.points: dict[str, float] = {}
        self.cell_types: dict[str, str] = {}
        self.commented: set[str] = set()
        for cell in connection.execute(base.select().where(base.c.notebook_id == self.notebook_id)):
            self.names[cell.id] = cell.name
            if cell.type in ("SolutionCell", "TaskCell"):
                self.commented.add(cell.id)
        for kind in ("grade_cells", "task_cells"):
            table = self.tables[kind]
            for cell in connection.execute(table.select().where(table.c.id.in_(self.names))):
                self.points[cell.id], self.cell_types[cell.id] = cell.max_score, cell.cell_type

        source = self.tables["source_cell"]
        rows = connection.execute(source.select().where(source.c.notebook_id == self.notebook_id))
        self.checksums = {row.name: row.checksum for row in rows}

    @property
    def max_score(self) -> float:
        """The points of the module."""
        return sum(self.points.values())

    def marks(self) -> dict[str, dict[str, Marks]]:
        """By student and by the cell's grade id, for all who have a submission in the book."""
        with self.engine.connect() as connection:
            owners = self.notebooks(connection)
            found: dict[str, dict[str, Marks]] = {student: {} for student in owners.values()}
            for row in self.rows_of(connection, "grade", owners):
                if row.cell_id in self.points:
                    found[owners[row.notebook_id]][self.names[row.cell_id]] = Marks(
                        self.points[row.cell_id], row.auto_score, row.manual_score, row.extra_credit,
                        row.needs_manual_grade, self.cell_types[row.cell_id],
                    )  # fmt: skip
        return found

    def comments(self) -> dict[str, dict[str, str]]:
        """By student and grade id: what a person wrote, else what the autograder remarked."""
        with self.engine.connect() as connection:
            owners = self.notebooks(connection)
            found: dict[str, dict[str, str]] = {student: {} for student in owners.values()}
            for row in self.rows_of(connection, "comment", owners):
                said = row.manual_comment if row.manual_comment is not None else row.auto_comment
                if said and row.cell_id in self.names:
                    found[owners[row.notebook_id]][self.names[row.cell_id]] = said
        return found

    def notebooks(self, connection: Connection) -> dict[str, str]:
        """The student of each submitted notebook of the module, by the notebook's id."""
        notebook, submission = self.tables["submitted_notebook"], self.tables["submitted_assignment"]
        joined = notebook.join(submission, notebook.c.assignment_id == submission.c.id).select()
        rows = connection.execute(joined.where(notebook.c.notebook_id == self.notebook_id))
        return {row._mapping[notebook.c.id]: row._mapping[submission.c.student_id] for row in rows}

    def rows_of(self, connection: Connection, name: str, notebooks: Mapping[str, str] | set[str]) -> Iterator[Any]:
        """The rows of a table that belong to submitted notebooks, asked for in portions that every SQLite takes."""
        table, wanted = self.tables[name], sorted(notebooks)
        for first in range(0, len(wanted), 500):
            yield from connection.execute(table.select().where(table.c.notebook_id.in_(wanted[first : first + 500])))
