"""Memory of Python objects and arrays: what was needed only for a moment, what was copied, what objects cost."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Site, Statement
from tinytorch_lab.understand import source, words
from tinytorch_lab.understand.moves import move_of
from tinytorch_lab.understand.rule import LARGE_BYTES, MIB, Finding, place

PEAK_OVER_KEPT = 1.9  # 2, and room for a few small objects
SHARE_OF_PEAK = 0.3
VIEW_BYTES = 4096
COPIED_BYTES = MIB
ALL_OF_IT = 0.9
MANY_OBJECTS = 100_000
SMALL_OBJECT_BYTES = 128
OBJECTS_BYTES = 2 * MIB
BOOKS_BYTES = 5 * MIB  # what tracemalloc needs for about 100,000 blocks
BOOKS_SHARE = 0.5
_OBJECTS_COST = (
    "Every object carries its type and a reference count; an array holds bare numbers, 4 or 8 bytes each, side by side."
)


def temporaries(m: Measurement) -> Finding | None:
    """A statement needed much more memory than it kept."""
    chosen = max(_freed(m), key=lambda each: each[1], default=None)
    if chosen is None or m.peak_bytes is None or chosen[1] < SHARE_OF_PEAK * m.peak_bytes:
        return None
    statement, freed = chosen
    peak, kept = statement.peak_bytes or 0, statement.net_bytes or 0
    if source.operations(statement) > 1:
        why = (
            "An expression is computed one operation at a time, and each result is a full-size array until the next "
            "one has used it. Writing in place (+=, out=) avoids that; compilers of real systems fuse the operations."
        )
    else:
        why = "That memory is needed for a moment only, but it decides how large the data may be; smaller pieces need less."
    return Finding(
        f"{place(statement)} needed {words.size(peak)} at once and kept {words.size(max(kept, 0))}: "
        f"{words.size(freed)} were temporary. {why}",
        {"line": statement.line, "peak_bytes": peak, "net_bytes": kept},
    )


def _freed(m: Measurement) -> Iterator[tuple[Statement, int]]:
    """Statements with a peak far above what they kept, and how far. One that replaces an older value is left out."""
    assigned: set[str] = set()
    for statement in m.statements:
        name = source.target(statement)
        if (
            statement.done
            and statement.peak_bytes is not None
            and statement.net_bytes is not None
            and name not in assigned
        ):
            kept = max(statement.net_bytes, 0)
            if statement.peak_bytes - kept >= LARGE_BYTES and statement.peak_bytes >= PEAK_OVER_KEPT * kept:
                yield statement, statement.peak_bytes - kept
        if name is not None:
            assigned.add(name)


def copy(m: Measurement) -> Finding | None:
    """A statement that computes nothing made new array data."""
    for statement in m.statements:
        made = _array_bytes(m, statement)
        if statement.net_bytes is None or move_of(statement) is None:
            continue
        if made >= COPIED_BYTES and made >= ALL_OF_IT * statement.net_bytes:
            return Finding(
                f"{place(statement)} computes no new numbers, but made {words.size(made)} of new array data: it is a copy. "
                "Slices, .T and a reshape of data in order give a view of the same memory; lists of indices, masks, "
                "copy() and a reshape after .T copy.",
                {"line": statement.line, "net_bytes": statement.net_bytes, "size_bytes": made},
            )
    return None


def view(m: Measurement) -> Finding | None:
    """A statement that looks at a large array in another way, and made no new data."""
    arrays: dict[str, int] = {}
    for statement in m.statements:
        move, net = move_of(statement), statement.net_bytes
        if move and move.may_be_view and net is not None and 0 <= net <= VIEW_BYTES and move.base in arrays:
            return Finding(
                f"{place(statement)} kept {words.size(net)}, though {move.base} holds "
                f"{words.size(arrays[move.base])}: it is a view, the same memory with another shape or other steps. "
                "It costs next to nothing, and writing to one changes the other.",
                {"line": statement.line, "net_bytes": net, "size_bytes": arrays[move.base]},
            )
        name = source.target(statement)
        if name is not None:
            arrays.pop(name, None)
            if _array_bytes(m, statement) >= COPIED_BYTES:
                arrays[name] = _array_bytes(m, statement)
    return None


def objects(m: Measurement) -> Finding | None:
    """Many small Python objects are kept."""
    return _objects_of_a_place(m) or _objects_by_the_books(m)


def _objects_of_a_place(m: Measurement) -> Finding | None:
    site = max(filter(_is_small_objects, m.sites), key=lambda each: each.size_bytes, default=None)
    if site is None:
        return None
    line = site.cell_line or (site.line if site.file == "cell" else None)
    where = f"Line {line}" if line else f"{site.file}, line {site.line}"
    return Finding(
        f"{where} keeps {site.blocks:,} Python objects in {words.size(site.size_bytes)}, "
        f"{site.size_bytes / site.blocks:.0f} bytes each. {_OBJECTS_COST}",
        {"size_bytes": site.size_bytes, "blocks": site.blocks},
    )


def _objects_by_the_books(m: Measurement) -> Finding | None:
    """Of very many objects the places are not sorted out, but tracing needs an entry for each."""
    books = m.process.tracer_bytes
    statement = max(m.statements, key=lambda each: each.net_bytes or 0, default=None)
    if books is None or statement is None or m.sites or not m.trace_complete:
        return None
    kept = statement.net_bytes or 0
    if kept < OBJECTS_BYTES or books < max(BOOKS_BYTES, BOOKS_SHARE * kept) or not source.loops(statement):
        return None
    return Finding(
        f"{place(statement)} keeps {words.size(kept)} in so many small Python objects that tracing needed "
        f"{words.size(books)} to note them. {_OBJECTS_COST}",
        {"line": statement.line, "net_bytes": kept, "tracer_bytes": books},
    )


def _is_small_objects(site: Site) -> bool:
    many = site.kind == "Python" and site.blocks >= MANY_OBJECTS and site.size_bytes >= OBJECTS_BYTES
    return many and site.size_bytes <= SMALL_OBJECT_BYTES * site.blocks


def _array_bytes(m: Measurement, statement: Statement) -> int:
    """Array data that the statement made and the cell still holds, bytes; 0 if another statement shares its lines."""
    first, last = statement.line, statement.end_line
    if sum(each.line <= last and each.end_line >= first for each in m.statements) > 1:
        return 0
    inside = (site for site in m.sites if site.cell_line is not None and first <= site.cell_line <= last)
    return sum(site.size_bytes for site in inside if site.kind == "NumPy")
