"""The parts of a measurement: plain records, all fields with units. docs/measurement-format.md describes the stored form.

Unknown is ``None``, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Statement:
    """One top-level statement of the cell."""

    line: int
    """First line in the cell, from 1."""
    end_line: int
    """Last line in the cell, from 1."""
    source: str
    """First line of the source, at most 120 characters."""
    wall_s: float = 0.0
    """Wall clock, seconds."""
    cpu_s: float = 0.0
    """CPU time of the process, all threads, seconds."""
    peak_bytes: int | None = None
    """Highest traced memory above the start of the statement; None unless traced to its end."""
    net_bytes: int | None = None
    """Traced memory that the statement kept (negative: freed); None unless traced to its end."""
    done: bool = False
    """False while it runs, and when it raised."""


@dataclass
class Timeline:
    """Memory over time: lists of equal length, at most 500 points."""

    t_s: list[float] = field(default_factory=list)
    """Seconds since the start of the cell, display not counted."""
    rss_bytes: list[int | None] = field(default_factory=list)
    """Resident memory of the process, absolute."""
    traced_bytes: list[int | None] = field(default_factory=list)
    """Traced memory above the start of the cell; None where it was not traced."""
    longest_gap_s: float = 0.0
    """Longest time between two samples, seconds."""


@dataclass
class CellError:
    """The exception that ended the cell."""

    type: str
    """Name of the exception's class."""
    message: str
    """Its text, at most 300 characters."""
    line: int | None = None
    """Line in the cell, from 1, or of ``with measure()`` in the script's file; None if none of these is known."""


@dataclass
class GarbageCollections:
    """What Python's garbage collector did while the cell ran."""

    collections: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Number of collections of generations 0, 1 and 2."""
    pause_s: float = 0.0
    """Seconds spent in them."""


@dataclass
class Machine:
    """Where the cell ran."""

    python: str = ""
    """Python version, such as 3.12.1."""
    platform: str = ""
    """Operating system and processor, such as Linux x86_64."""
    cpus: int = 0
    """Processors that this process may use."""


@dataclass
class Run:
    """One of several runs of the same cell (``--repeat``)."""

    wall_s: float
    """Wall clock, seconds."""
    cpu_s: float
    """CPU time of the process, all threads, seconds."""
    traced: bool = False
    """This run was traced, for the memory figures: its times carry the cost of that."""


@dataclass
class Line:
    """One line of code in a line profile."""

    line: int
    """Line in its cell, from 1."""
    source: str
    """Its text, at most 120 characters, indentation kept."""
    hits: int
    """How often it ran."""
    wall_s: float
    """Wall clock, seconds, with the cost of the line profiler in it."""


@dataclass
class LineProfile:
    """The lines of one piece of code that ran: the cell, or a function that is defined in the notebook."""

    name: str
    """``cell``, or the qualified name of the function."""
    in_cell: bool
    """The lines are lines of the measured cell (a function may come from another one)."""
    lines: list[Line] = field(default_factory=list)
    """The lines that ran, in order."""


@dataclass
class Site:
    """A place in the code that allocated memory which the cell still holds at its end."""

    file: str
    """``cell`` for the measured cell, else the name of the file, such as ``numpy/_core/numeric.py``."""
    line: int
    """Line in that file, from 1."""
    source: str
    """Its text, at most 120 characters; empty if it is not known."""
    cell_line: int | None
    """The line of the measured cell that it belongs to, from 1; None if it is not known."""
    kind: str
    """``Python`` (objects) or ``NumPy`` (the data of arrays)."""
    size_bytes: int
    """Memory allocated there and still held."""
    blocks: int
    """In how many pieces."""


@dataclass
class Op:
    """All calls of one operation of tinytorch, in one phase and one layer."""

    name: str
    """Such as ``matmul``."""
    phase: str
    """``forward`` or ``backward``."""
    layer: str | None
    """Path of the innermost module that it ran in, such as ``0.linear``; None outside modules."""
    calls: int
    """How often it was called."""
    wall_s: float
    """Wall clock, seconds, sum over the calls."""
    flops: int | None
    """Floating-point operations, by formula; None for an operation without one."""
    moved_bytes: int | None
    """Bytes of inputs read and outputs written, each array once; None where it cannot be told."""


@dataclass
class Layer:
    """One module of the model: what its calls took, with the modules inside it."""

    path: str
    """Name in the model, such as ``blocks.0.attention``; the outermost module by its class."""
    type: str
    """Name of the class."""
    phase: str
    """``forward`` or ``backward``."""
    calls: int
    """How often it was called."""
    wall_s: float
    """Wall clock, seconds, sum over the calls."""
    flops: int | None
    """Of its operations; None if none has a formula."""
    moved_bytes: int | None
    """Of its operations."""
    parameters: int
    """Number of trainable numbers in it."""


@dataclass
class TensorMemory:
    """Memory of tensors by role, bytes. None where the cell shows nothing to tell it by."""

    peak_live_bytes: int | None = None
    """Highest sum of the data of all tensors that operations of the cell made and that were alive at once."""
    parameters_bytes: int | None = None
    """Data of the parameters of the modules that were called."""
    gradients_bytes: int | None = None
    """Their gradients, at the end of the cell."""
    optimizer_bytes: int | None = None
    """State of the optimizers."""
    activations_bytes: int | None = None
    """Highest memory of arrays kept for the backward pass."""


@dataclass
class Roofline:
    """What this machine can do at most, measured once: ``tinytorch-lab calibrate``."""

    flops_per_s: float
    """Floating-point operations per second of float32 matrix products."""
    bytes_per_s: float
    """Memory bandwidth for arrays larger than the caches, bytes per second."""
    blas: str
    """Name and version of the BLAS library, with its number of threads."""
    measured: str
    """When, ISO 8601 in UTC."""


@dataclass
class Process:
    """The process and its surroundings while the cell ran."""

    minor_faults: int | None = None
    """Page faults that were served from memory: mostly the first touch of new memory."""
    major_faults: int | None = None
    """Page faults that had to read from disk."""
    child_processes: int = 0
    """Most child processes that were seen at once, those from before the cell included."""
    children_cpu_s: float | None = None
    """CPU time of child processes that ended during the cell, seconds."""
    children_peak_bytes: int | None = None
    """Highest resident memory of all child processes together, sampled."""
    blas_threads: int | None = None
    """Threads that the BLAS library may use."""
    memory_limit_bytes: int | None = None
    """Memory that this process may use: of the machine, or of its container if that is less."""
    memory_left_bytes: int | None = None
    """What was left of that at the end."""
    swapped_bytes: int | None = None
    """How much more of this process was in swap space at the end than at the start."""
    devices: list[str] = field(default_factory=list)
    """Devices whose work and memory are not measured, such as ``torch on cuda``."""
    tracer_bytes: int | None = None
    """Memory that tracing itself needed at its end, part of the resident memory; None if the cell was not traced."""
    run_delay_s: float | None = None
    """Seconds in which the main thread could have run but found no free processor (Linux), else None."""


@dataclass
class Insight:
    """A sentence that follows from the figures. docs/understand.md lists the rules."""

    rule: str
    """Id of the rule, such as ``cores``."""
    text: str
    """The sentence."""
    figures: dict[str, float | int | str] = field(default_factory=dict)
    """The figures that it rests on, by name of the field (seconds, bytes)."""


@dataclass
class CellIdentity:
    """Which cell was measured: what the history finds its earlier runs by."""

    notebook: str | None = None
    """Path of the notebook as Jupyter names it; None if it is not known."""
    cell_id: str | None = None
    """Id of the cell in the notebook; None outside notebooks."""
    source_hash: str | None = None
    """SHA-256 of the cell's text without the ``%%measure`` line, first 16 hexadecimal digits."""


@dataclass
class Earlier:
    """This run beside the earlier ones of the same cell text. Like is compared with like: traced with traced."""

    runs: int
    """How many earlier runs of the same kind are known."""
    wall_s: list[float] = field(default_factory=list)
    """Their times, oldest first, at most 20, seconds."""
    median_wall_s: float | None = None
    """Median of them; None without any."""
    low_wall_s: float | None = None
    """First quartile, None with fewer than two."""
    high_wall_s: float | None = None
    """Third quartile."""
    verdict: str = "first"
    """``first``, ``too few`` (to tell), ``same`` (within the noise), ``faster`` or ``slower``."""
    untraced_wall_s: float | None = None
    """Median of the untraced runs, this one included: the cell's own time. None if there was none."""
    traced_wall_s: float | None = None
    """Median of the runs traced to their end, this one included."""
    peak_bytes: int | None = None
    """Median peak of the traced runs, this one included."""
    net_bytes: int | None = None
    """Median of what the traced runs kept."""
    tracing_factor: float | None = None
    """traced_wall_s / untraced_wall_s: what tracing costs this cell. None unless both are known."""
