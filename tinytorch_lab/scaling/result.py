"""The result of a sweep as data: plain records, all fields with units. docs/complexity-format.md describes the stored form.

Unknown is ``None``, never 0.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

FORMAT_VERSION = 1
"""Version of the stored form. History: 1, first."""

MIME_TYPE = "application/vnd.tinytorch.complexity+json"

Record = TypeVar("Record")


@dataclass
class Point:
    """What was measured at one size."""

    sizes: dict[str, int]
    """The size by name; one entry for each size of the sweep."""
    time_s: float | None = None
    """Seconds of one run, as the fit uses it: see ``Complexity.clock``. None if it was not timed."""
    low_s: float | None = None
    """Shortest run, seconds."""
    high_s: float | None = None
    """Third quartile of the runs, seconds."""
    runs: int = 0
    """How many runs were timed."""
    peak_bytes: int | None = None
    """Traced Python and NumPy memory at its highest, above the start of a run; None if no run was traced here."""

    @property
    def size(self) -> int:
        """The size, where the sweep has only one."""
        (size,) = self.sizes.values()
        return size


@dataclass
class Term:
    """One term of a fitted formula: ``coefficient * factor``."""

    factor: str
    """``"1"``, a class such as ``"n log n"``, or with several sizes a product such as ``"batch * d^2"``."""
    coefficient: float
    """Seconds (time) or bytes (memory) for each unit of the factor."""


@dataclass
class Curve:
    """The fitted cost along one size, the others at their largest: lists of equal length, from small to large."""

    name: str
    """The size that varies."""
    sizes: list[float] = field(default_factory=list)
    """Its values, from the smallest measured one to far beyond the largest."""
    values: list[float] = field(default_factory=list)
    """Cost: seconds or bytes."""
    low: list[float] = field(default_factory=list)
    """Lower edge of the band that all candidates and the noise leave open."""
    high: list[float] = field(default_factory=list)
    """Upper edge."""
    others: dict[str, int] = field(default_factory=dict)
    """Where the other sizes stand."""


@dataclass
class Knee:
    """A size where the cost changes its behaviour."""

    name: str
    """Which size."""
    at: int
    """Its value there."""
    kind: str
    """``overhead`` (below it fixed costs count), ``slower`` (each unit costs more from here on, as when a cache is too
    small) or ``faster`` (each unit costs less, as when a faster routine takes over)."""
    text: str
    """One sentence."""


@dataclass
class Deciding:
    """The one figure that decides between the best class and the next."""

    start: int
    """From this size ..."""
    end: int
    """... to this one ..."""
    factor: float
    """... the cost, fixed cost not counted, grew by this factor."""
    expected: dict[str, float] = field(default_factory=dict)
    """The factor that each of the two classes would have."""
    text: str = ""
    """One sentence that says so."""


@dataclass
class Growth:
    """How time or memory grows."""

    best: str
    """``1``, ``log n``, ``sqrt n``, ``n``, ``n log n``, ``n^2``, ``n^2 log n``, ``n^3``, ``2^n``, or a power such as ``n^1.6``.

    The best guess also when undecided. With several sizes a product such as ``batch * d^2``."""
    decided: bool
    """The data leave one candidate only."""
    candidates: list[str]
    """The classes that the data do not rule out, likeliest first; the best is the first."""
    confidence: float
    """0..1: how sure ``best`` is. Below 0.9 unless decided."""
    exponent: float | None = None
    """Of n: the slope of the fitted power law. None with several sizes, and where it grows faster than any power."""
    interval: tuple[float, float] | None = None
    """Its 95 % interval."""
    exponents: dict[str, float] = field(default_factory=dict)
    """Exponent of each size, by name."""
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Their 95 % intervals."""
    formula: str = ""
    """With units, such as ``0.21 ms + 3.4 µs * n``."""
    terms: list[Term] = field(default_factory=list)
    """The same as numbers."""
    base: float | None = None
    """Of class ``2^n``: the fitted base, such as 1.62."""
    doubling: dict[str, float] = field(default_factory=dict)
    """By size: the factor on the cost when the largest measured size is doubled, by the fit."""
    doubled: dict[str, float] = field(default_factory=dict)
    """By size: the cost after that, seconds or bytes."""
    noise: float = 0.0
    """Relative distance of the points from the fit (0.02 is 2 %)."""
    weights: dict[str, float] = field(default_factory=dict)
    """Weight of each class that was compared, 0..1, sum 1."""
    deciding: Deciding | None = None
    """The figure that decides; None if there is no second class or too little data."""
    knees: list[Knee] = field(default_factory=list)
    """Where the behaviour changes, from small to large."""
    curves: list[Curve] = field(default_factory=list)
    """The fit, to draw: one for each size."""
    sentences: list[str] = field(default_factory=list)
    """What all of this says, in words."""


@dataclass
class Prediction:
    """What was predicted with ``--predict``, and how the time compares."""

    text: str
    """As it was given."""
    formula: str
    """As it was understood, such as ``n^2`` or ``batch * d^2``."""
    verdict: str | None = None
    """``agrees``, ``open`` (among the candidates, undecided) or ``differs``; None while it runs or without a fit."""
    sentence: str = ""
    """The comparison in words."""
    curves: list[Curve] = field(default_factory=list)
    """The predicted growth, to draw: through the largest measured point; ``low`` and ``high`` empty."""


@dataclass
class Stop:
    """Why the sweep ended where it did."""

    reason: str
    """``range`` (all sizes done), ``budget``, ``caches`` (the next size would
    work beyond the caches, where memory rules, and growth was seen), ``memory`` (it would need too much), ``too long`` (a run was
    stopped), ``recursion``, ``memory error``, ``error`` or ``interrupted``."""
    text: str
    """One sentence."""
    sizes: dict[str, int] = field(default_factory=dict)
    """The first size that was not measured, if there is one."""


@dataclass
class Progress:
    """How far a running sweep is."""

    spent_s: float = 0.0
    """Wall clock since the start, seconds."""
    budget_s: float = 0.0
    """What was allowed, seconds."""
    doing: str = ""
    """Such as ``n = 4096: time``."""


@dataclass(repr=False)
class Complexity:
    """How the cost of a cell or a function grows with its sizes."""

    names: list[str]
    """The sizes, in the order given."""
    state: str = "running"
    """``running``, ``done``, ``error`` (it raised, and nothing could be told) or ``interrupted``."""
    measures: list[str] = field(default_factory=lambda: ["time", "memory"])
    """What was asked for: ``time``, ``memory`` or both."""
    points: list[Point] = field(default_factory=list)
    """In order of size."""
    time: Growth | None = None
    """None while there are too few points, and with ``--memory-only``."""
    memory: Growth | None = None
    """None while there are too few points, and with ``--time-only``."""
    clock: str = "cpu"
    """What ``time_s`` is: ``cpu`` (of the thread, corrected for how fast the processor ran at that moment) or ``wall``."""
    prediction: Prediction | None = None
    """What ``--predict`` said."""
    ask: bool = False
    """The renderer may ask for a prediction before it shows the answer."""
    stopped: Stop | None = None
    """Why the sweep ended; None while it runs."""
    progress: Progress = field(default_factory=Progress)
    """How far it is, and at the end what it took."""
    notes: list[str] = field(default_factory=list)
    """Sentences on how to read the figures."""
    started: str = ""
    """Start, ISO 8601 in UTC."""

    def __repr__(self) -> str:
        def best(growth: Growth | None) -> str:
            if growth is None:
                return "unknown"
            return growth.best if growth.decided else "undecided: " + " or ".join(growth.candidates)

        return f"<Complexity in {', '.join(self.names)}: time {best(self.time)}, memory {best(self.memory)}>"

    def to_dict(self) -> dict[str, Any]:
        """The stored form: only dicts, lists, strings, numbers, booleans and None."""
        plain: dict[str, Any] = _plain(asdict(self))
        return {"version": FORMAT_VERSION, **plain}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Complexity:
        """The inverse of :meth:`to_dict`.

        Raises:
            ValueError: if the version is unknown to this release, or if a key is missing.
        """
        version = data.get("version")
        if version != FORMAT_VERSION or isinstance(version, bool):
            raise ValueError(
                f"This result has format version {version!r}; this release of tinytorch-lab reads versions up to "
                f"{FORMAT_VERSION}. Upgrade tinytorch-lab, or run the sweep again."
            )
        return _record(cls, data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _record(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """An instance of the dataclass ``kind`` from the keys of ``data`` that are its fields."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    missing = [name for name in names if name not in data]
    if missing:
        raise ValueError(f"The stored {kind.__name__} has no {', '.join(missing)}: it is damaged. Run the sweep again.")
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], data[name]) for name in names})


def _value(hint: Any, value: Any) -> Any:
    """``value`` from JSON as the type that ``hint`` says."""
    origin, inside = get_origin(hint), get_args(hint)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _value(inside[0], value)
    if origin is list:
        return [_value(inside[0], item) for item in value]
    if origin is dict:
        return {key: _value(inside[1], item) for key, item in value.items()}
    if origin is tuple:
        return tuple(value)
    return _record(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value
