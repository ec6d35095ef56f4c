"""A measurement with every part of the format, so that views can be looked at without the luck of a real run."""

from __future__ import annotations

import math

import nbformat
import nbformat.v4

from tinytorch_lab.profiler import Measurement
from tinytorch_lab.profiler.records import (
    Earlier,
    GarbageCollections,
    Insight,
    Layer,
    Line,
    LineProfile,
    Op,
    Roofline,
    Run,
    Site,
    Statement,
    TensorMemory,
    Timeline,
)
from tinytorch_lab.show import bundle

MIB = 2**20

SOURCE = """\
x = Tensor(rng.normal(size=(256, 784)).astype(np.float32))
h = model(x)
loss = cross_entropy(h, y)
loss.backward()
history = [float(loss.data) for _ in range(50_000)]"""


def full_measurement() -> Measurement:
    """One step of training, traced to its end, with four earlier runs."""
    return Measurement(
        state="done",
        mode="default",
        label="one step",
        started="2026-11-22T09:00:00+00:00",
        wall_s=0.412,
        cpu_s=0.655,
        traced=True,
        traced_s=0.412,
        trace_complete=True,
        peak_bytes=38 * MIB,
        net_bytes=9 * MIB,
        rss_start_bytes=120 * MIB,
        rss_peak_bytes=171 * MIB,
        rss_exact=True,
        statements=_statements(),
        statements_total=5,
        lines=_lines(),
        sites=_sites(),
        timeline=_timeline(),
        ops=_ops(),
        layers=_layers(),
        tensors=TensorMemory(31 * MIB, 5 * MIB, 5 * MIB, None, 22 * MIB),
        roofline=Roofline(61.5e9, 12.4e9, "OpenBLAS 0.3.30, 2 threads", "2026-11-20T08:00:00+00:00"),
        gc=GarbageCollections([3, 0, 0], 0.002),
        earlier=Earlier(
            runs=4,
            wall_s=[0.405, 0.431, 0.418, 0.52],
            median_wall_s=0.4245,
            low_wall_s=0.41475,
            high_wall_s=0.45325,
            verdict="same",
            untraced_wall_s=0.118,
            traced_wall_s=0.418,
            peak_bytes=38 * MIB,
            net_bytes=9 * MIB,
            tracing_factor=3.54,
        ),
        understand=_insights(),
        notes=["The garbage collector ran 3 times."],
    )


def result_cell() -> nbformat.NotebookNode:
    """A code cell that holds it as its saved output."""
    output = nbformat.v4.new_output("display_data", data=bundle(full_measurement()))
    return nbformat.v4.new_code_cell(SOURCE, outputs=[output], execution_count=3)


def repeat_cell() -> nbformat.NotebookNode:
    """A code cell whose saved result is of five runs and a traced one."""
    measurement = full_measurement()
    times = [0.118, 0.121, 0.1175, 0.125, 0.119]
    measurement.mode, measurement.traced, measurement.traced_s = "repeat", False, 0.0
    measurement.wall_s, measurement.cpu_s, measurement.label = 0.119, 0.2, None
    measurement.runs = [*(Run(each, each * 1.7) for each in times), Run(0.418, 0.66, True)]
    measurement.lines, measurement.sites, measurement.ops, measurement.layers = [], [], [], []
    measurement.tensors = measurement.roofline = measurement.earlier = None
    measurement.understand = measurement.understand[:1]
    output = nbformat.v4.new_output("display_data", data=bundle(measurement))
    return nbformat.v4.new_code_cell(f"%%measure --repeat 5\n{SOURCE}", outputs=[output], execution_count=4)


def _statements() -> list[Statement]:
    figures = [(0.012, 0.012, 2.3, 1.5), (0.081, 0.150, 24, 20), (0.021, 0.022, 3, 0.01), (0.165, 0.310, 12, -14)]
    rows = [
        Statement(line, line, SOURCE.splitlines()[line - 1], wall, cpu, int(peak * MIB), int(net * MIB), True)
        for line, (wall, cpu, peak, net) in enumerate(figures, 1)
    ]
    return [*rows, Statement(5, 5, SOURCE.splitlines()[4], 0.133, 0.132, 2 * MIB, 2 * MIB, True)]


def _lines() -> list[LineProfile]:
    cell = [Line(i, text, 1, wall) for (i, text), wall in zip(enumerate(SOURCE.splitlines(), 1), _WALLS, strict=True)]
    sources = [
        "    out = x",
        "    for layer in self.layers:",
        "        out = layer(out)",
        "        if keep:",
        "            kept.append(out)",
        "    return out",
    ]
    hits = [1, 4, 3, 3, 3, 1]
    walls = [1e-6, 4e-6, 0.078, 2e-6, 9e-5, 1e-6]
    called = [Line(12 + i, *row) for i, row in enumerate(zip(sources, hits, walls, strict=True))]
    return [LineProfile("cell", True, cell), LineProfile("Model.forward", False, called)]


_WALLS = (0.012, 0.081, 0.021, 0.165, 0.133)


def _sites() -> list[Site]:
    return [
        Site("tinytorch/core/layers.py", 41, "        self._kept = x.data @ w.data", 2, "NumPy", 6 * MIB, 3),
        Site("cell", 1, SOURCE.splitlines()[0], 1, "NumPy", int(1.5 * MIB), 2),
        Site("cell", 5, SOURCE.splitlines()[4], 5, "Python", int(1.4 * MIB), 50_002),
        Site("linecache.py", 149, "", None, "Python", 20_480, 210),
    ]


def _timeline() -> Timeline:
    t = [0.412 * i / 40 for i in range(41)]
    traced = [int(MIB * (9 + 27 * math.sin(math.pi * i / 40) ** 2) * (i > 0)) for i in range(41)]
    return Timeline(t, [120 * MIB + int(1.3 * each) for each in traced], list(traced), 0.031)


def _ops() -> list[Op]:
    return [
        Op("matmul", "backward", "0.linear", 2, 0.021, 308_281_344, 3_965_952, ),
        Op("matmul", "forward", "0.linear", 1, 0.011, 154_140_672, 2_370_560),
        Op("matmul", "forward", "2.linear", 1, 0.009, 10_000_000, 700_000),
        Op("add", "forward", "0.linear", 1, 0.0041, 98_304, 1_180_672),
        Op("relu", "forward", "1.relu", 1, 0.0016, 98_304, 786_432),
        Op("relu", "backward", "1.relu", 1, 0.0022, 98_304, 1_179_648),
        Op("exp", "forward", None, 1, 0.0009, None, 20_480),
        Op("sum", "forward", None, 2, 0.0002, 5_120, 10_300),
    ]  # fmt: skip


def _layers() -> list[Layer]:
    return [
        Layer("Sequential", "Sequential", "forward", 1, 0.047, 164_337_280, 5_037_664, 203_530),
        Layer("0", "Linear", "forward", 1, 0.0352, 154_238_976, 3_551_232, 200_960),
        Layer("1", "ReLU", "forward", 1, 0.0016, 98_304, 786_432, 0),
        Layer("2", "Linear", "forward", 1, 0.0101, 10_000_000, 700_000, 2_570),
    ]


def _insights() -> list[Insight]:
    return [
        Insight(
            "compute-bound",
            "matmul backward, the costliest operation, is compute-bound: it does 78 operations a byte, more than the "
            "5.0 at which this machine is balanced. A faster memory would not help.",
            {"ops.flops": 308_281_344, "ops.wall_s": 0.021, "roofline.flops_per_s": 61.5e9},
        ),
        Insight(
            "activations",
            "The results kept for the backward pass (22.0 MiB) take 4 times the memory of the parameters.",
            {"tensors.activations_bytes": 22 * MIB, "tensors.parameters_bytes": 5 * MIB},
        ),
        Insight(
            "tracing",
            "Tracing makes this cell 3.5 times as slow; its clean time is 118 ms.",
            {"earlier.tracing_factor": 3.54, "earlier.untraced_wall_s": 0.118},
        ),
        Insight("noise", "The middle half of the earlier runs spreads over 9 % of their median.", {"earlier.runs": 4}),
    ]
