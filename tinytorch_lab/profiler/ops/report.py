"""The counts as records of a measurement."""

from __future__ import annotations

from tinytorch_lab.profiler.ops.counts import Totals
from tinytorch_lab.profiler.ops.layers import Record
from tinytorch_lab.profiler.records import Layer, Op

MOST_OPS = 50
MOST_LAYERS = 100


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
    return sorted(ops, key=lambda op: -op.wall_s)[:MOST_OPS]


def layers_of(records: list[Record]) -> list[Layer]:
    """Modules in the order of their first call, each forward and then backward."""
    paths = paths_of(records)
    layers = []
    for record in records[:MOST_LAYERS]:
        forward, backward = record.forward, record.backward
        layers.append(_layer(record, paths[record], "forward", forward.calls, forward))
        if record.backward_calls:
            layers.append(_layer(record, paths[record], "backward", record.backward_calls, backward))
    return layers[:MOST_LAYERS]


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
