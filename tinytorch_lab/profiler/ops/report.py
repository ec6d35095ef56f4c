"""The counts as records of a measurement."""

from __future__ import annotations

from dataclasses import replace

from tinytorch_lab.profiler.ops.counts import Totals
from tinytorch_lab.profiler.ops.layers import Record
from tinytorch_lab.profiler.records import Layer, Op

MOST_OPS = 50
"""Rows of single layers. What is left is added up by operation and phase, in as many rows: so sums are complete."""
MOST_LAYERS = 300
OTHER_LAYERS = "(other layers)"


def ops_of(totals: dict[tuple[str, str], Totals], records: list[Record]) -> list[Op]:
    """Operations by name, phase and layer, costliest first. ``totals`` are those of all layers together."""
    paths = paths_of(records)
    ops = []
    rest = {key: _copy(sums) for key, sums in totals.items()}
    for record in records:
        for key, sums in record.ops.items():
            ops.append(_op(key, paths[record], sums))
            if key in rest:
                _subtract(rest[key], sums)
    ops += [_op(key, None, sums) for key, sums in rest.items() if sums.calls]
    ops.sort(key=lambda op: -op.wall_s)
    return ops[:MOST_OPS] + _added_up(ops[MOST_OPS:])


def layers_of(records: list[Record]) -> list[Layer]:
    """Modules in the order of their first call, each forward and then backward."""
    paths = paths_of(records)
    layers = []
    for record in records:
        forward, backward = record.forward, record.backward
        layers.append(_layer(record, paths[record], "forward", forward.calls, forward))
        if record.backward_calls:
            layers.append(_layer(record, paths[record], "backward", record.backward_calls, backward))
    return layers


def paths_of(records: list[Record]) -> dict[Record, str]:
    """A name for each module: its path in the outermost one, which itself goes by its class.

    Several outermost modules of one class are numbered; where more than one has modules inside, their paths begin with its name.
    """
    roots = [record for record in records if record.parent is None]
    names: dict[Record, str] = {}
    for root in roots:
        same = sum(each.type == root.type for each in names)
        names[root] = f"{root.type} ({same + 1})" if same else root.type
    parents = {list(record.line())[-1] for record in records if record.parent is not None}
    for record in records:
        if record.parent is not None:
            *line, root = record.line()
            path = ".".join(each.name for each in reversed(line))
            names[record] = f"{names[root]}.{path}" if len(parents) > 1 else path
    return names


def _added_up(ops: list[Op]) -> list[Op]:
    """One row for each operation and phase; its flops are unknown if those of one call are."""
    sums: dict[tuple[str, str], Op] = {}
    for op in ops:
        key = op.name, op.phase
        before = sums.get(key)
        sums[key] = op if before is None else _more(before, op)
    return sorted(sums.values(), key=lambda op: -op.wall_s)[:MOST_OPS]


def _more(one: Op, other: Op) -> Op:
    flops = None if one.flops is None or other.flops is None else one.flops + other.flops
    moved = None if one.moved_bytes is None or other.moved_bytes is None else one.moved_bytes + other.moved_bytes
    calls, wall_s = one.calls + other.calls, one.wall_s + other.wall_s
    layer = one.layer if one.layer == other.layer else OTHER_LAYERS
    return replace(one, layer=layer, calls=calls, wall_s=wall_s, flops=flops, moved_bytes=moved)


def _op(key: tuple[str, str], layer: str | None, sums: Totals) -> Op:
    name, phase = key
    flops = sums.flops if sums.known == sums.calls else None
    return Op(name, phase, layer, sums.calls, sums.seconds, flops, sums.moved)


def _layer(record: Record, path: str, phase: str, calls: int, sums: Totals) -> Layer:
    flops = sums.flops if sums.known else None
    return Layer(path, record.type, phase, calls, sums.seconds, flops, sums.moved, record.parameters)


def _copy(sums: Totals) -> Totals:
    copied = Totals()
    for name in Totals.__slots__:
        setattr(copied, name, getattr(sums, name))
    return copied


def _subtract(sums: Totals, others: Totals) -> None:
    for name in Totals.__slots__:
        setattr(sums, name, getattr(sums, name) - getattr(others, name))
