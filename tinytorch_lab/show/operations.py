"""What the operations and layers of tinytorch took, and the memory of its tensors."""

from __future__ import annotations

from dataclasses import replace

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Layer, Op, Roofline
from tinytorch_lab.profiler.roofline import UNKNOWN, Placement, placement
from tinytorch_lab.show.figures import tracing_words
from tinytorch_lab.show.roofline import roofline_svg
from tinytorch_lab.show.table import Cell, Code, Column, Table, bar, clip
from tinytorch_lab.show.units import format_bytes, format_flops, format_seconds, format_share, format_traffic

OPS = 12
LAYERS = 12
_NAME_LENGTH = 40
_RATES = ("FLOP/s", "Bytes/s")


def operations_table(m: Measurement) -> Table | None:
    """Operations by name and phase, costliest first, with what limits each on this machine."""
    totals = _totals(m.ops)
    if not totals:
        return None
    longest = totals[0].wall_s
    names = ["Time", "Calls", *_RATES, *(["Limit"] if m.roofline else [])]
    rows = [_operation(op, longest, m.roofline)[: len(names) + 1] for op in totals[:OPS]]
    summary = f"{format_seconds(sum(op.wall_s for op in m.ops))} in operations of tinytorch{_traced(m)}"
    columns = [Column("Operation", True), *map(Column, names)]
    return Table("Operations", summary, columns, rows, max(0, len(totals) - OPS))


def _traced(m: Measurement) -> str:
    """Operations are not counted in untraced runs: their times carry the cost of tracing, if not that of the cell."""
    words = "in the traced run" if m.runs else tracing_words(m)
    return f", {words}" if words else ""


def _operation(op: Op, longest_s: float, roofline: Roofline | None) -> list[Cell]:
    return [
        _name(op),
        bar(format_seconds(op.wall_s), op.wall_s, longest_s),
        f"{op.calls:,}",
        *_rates(op),
        limit_text(placement(op, roofline)),
    ]


def limit_text(place: Placement) -> str:
    """What limits an operation, and how near it comes; unknown where flops or bytes are."""
    return UNKNOWN if place.share is None else f"{place.bound}, at {format_share(place.share, 1)}"


def roofline_table(m: Measurement) -> Table | None:
    """The limits of this machine, with the operations drawn under them."""
    limits = m.roofline
    if limits is None:
        return None
    placed = [(op, placement(op, limits)) for op in _totals(m.ops)]
    known = [(op, place) for op, place in placed if place.share is not None][:OPS]
    if not known:
        return None
    rows: list[list[Cell]] = [[_name(op), *_limits(place), limit_text(place)] for op, place in known]
    summary = (
        f"this machine does at most {format_flops(limits.flops_per_s, 1)}, and moves "
        f"{format_traffic(limits.bytes_per_s, 1)} from memory ({clip(limits.blas, _NAME_LENGTH)})"
    )
    columns = [Column("Operation", True), *map(Column, ("FLOP a byte", "FLOP/s", "Limit"))]
    return Table("Roofline", summary, columns, rows, picture=roofline_svg([op for op, _ in known], limits))


def _limits(place: Placement) -> list[Cell]:
    intensity = "unknown" if place.intensity is None else f"{place.intensity:.2g}"
    return [intensity, format_flops(place.flops_per_s, 1)]


def _name(op: Op) -> Code:
    return Code(clip(op.name, _NAME_LENGTH), op.phase)


def layers_table(m: Measurement) -> Table | None:
    """The modules of the model in the order of their calls."""
    if not m.layers:
        return None
    longest = max(layer.wall_s for layer in m.layers)
    rows = [_layer(layer, longest) for layer in m.layers[:LAYERS]]
    columns = [Column("Layer", True), *map(Column, ("Time", "Calls", *_RATES, "Parameters"))]
    return Table("Layers", f"times with the layers inside{_traced(m)}", columns, rows, max(0, len(m.layers) - LAYERS))


def _layer(layer: Layer, longest_s: float) -> list[Cell]:
    remark = layer.phase if layer.path == layer.type else f"{clip(layer.type, _NAME_LENGTH)}, {layer.phase}"
    return [
        Code(clip(layer.path, _NAME_LENGTH), remark),
        bar(format_seconds(layer.wall_s), layer.wall_s, longest_s),
        f"{layer.calls:,}",
        *_rates(layer),
        f"{layer.parameters:,}",
    ]


def _rates(each: Op | Layer) -> list[Cell]:
    return [format_flops(each.flops, each.wall_s), format_traffic(each.moved_bytes, each.wall_s)]


def tensors_table(m: Measurement) -> Table | None:
    """Memory of tensors by role; None where no role is known."""
    if m.tensors is None:
        return None
    t = m.tensors
    roles = {
        "Parameters, of the modules that were called": t.parameters_bytes,
        "Gradients, at the end": t.gradients_bytes,
        "Optimizer, its state": t.optimizer_bytes,
        "Activations, kept for the backward pass, at most": t.activations_bytes,
    }
    largest = max((size for size in roles.values() if size is not None), default=None)
    if largest is None:
        return None
    rows: list[list[Cell]] = [
        [role, "unknown" if size is None else bar(format_bytes(size), size, largest)] for role, size in roles.items()
    ]
    alive = "" if t.peak_live_bytes is None else f"at most {format_bytes(t.peak_live_bytes)} alive at once"
    return Table("Memory of tensors", alive, [Column("Role", True), Column("Memory")], rows)


def _totals(ops: list[Op]) -> list[Op]:
    """Added up over the layers, costliest first; flops or bytes that one call does not tell are unknown for all."""
    totals: dict[tuple[str, str], Op] = {}
    for op in ops:
        key = (op.name, op.phase)
        totals[key] = _sum(totals[key], op) if key in totals else op
    return sorted(totals.values(), key=lambda op: -op.wall_s)


def _sum(a: Op, b: Op) -> Op:
    return replace(
        a,
        layer=None,
        calls=a.calls + b.calls,
        wall_s=a.wall_s + b.wall_s,
        flops=None if a.flops is None or b.flops is None else a.flops + b.flops,
        moved_bytes=None if a.moved_bytes is None or b.moved_bytes is None else a.moved_bytes + b.moved_bytes,
    )
