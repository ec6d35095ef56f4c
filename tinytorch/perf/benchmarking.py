# Generated from modules/19_benchmarking/benchmarking_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Benchmarks that say how sure they are: median intervals, signs of noise, comparisons in turns, a suite of models, and rules of fairness."""

import hashlib
import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import named_state
from tinytorch.core.tensor import Array, Tensor
from tinytorch.perf.profiling import Profiler, time_calls


def median_interval(samples: Sequence[float] | Array, confidence: float = 0.95) -> tuple[float, float]:
    """The interval (low, high) from the k-th smallest to the k-th largest sample that holds the median of the samples' distribution with a probability of at least
    ``confidence``: 1 - 2 P(B < k), for a binomial B of as many tosses as there are independent samples; k is the largest possible. (-inf, inf) if there are too few.
    ValueError unless 0 < ``confidence`` < 1. ``median_interval([3, 1, 2, 9, 4, 5])`` is (1.0, 9.0): six samples have 1 - 2/64."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}.")
    n, k, ways, below = len(samples), 0, 1, 1
    while 2 * below / 2**n <= 1 - confidence:
        ways = ways * (n - k) // (k + 1)
        k += 1
        below += ways
    ordered = np.sort(samples)
    return (float(ordered[k - 1]), float(ordered[-k])) if k else (-np.inf, np.inf)


def fences(samples: Sequence[float] | Array) -> tuple[float, float]:
    """The limits (low, high) beyond which a sample is an outlier: 1.5 times the distance of the quartiles outside of them. Those of 1, 2, 3, 4, 5 are -1 and 7."""
    lower, upper = (float(q) for q in np.quantile(samples, [0.25, 0.75]))
    return lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
def noise_signs(samples: Sequence[float] | Array) -> set[str]:
    """Which of "drift", "groups" and "busy" these samples, in the order of their measurement, show; none for fewer than 12. The rules:
    "drift": the median intervals of both halves do not overlap (of an odd number, the middle one belongs to neither half).
    "groups": a gap between neighbours, with at least a fifth of the samples on either side, is wider than half of the way from the quantile 0.1 to 0.9.
    "busy": more than a tenth of the samples are beyond the fences, or the quartiles are further apart than a tenth of the median."""
    x, n, signs = np.asarray(samples, np.float64), len(samples), set[str]()
    if n < 12:
        return signs
    half, fifth = n // 2, -(-n // 5)
    first, last = median_interval(x[:half]), median_interval(x[-half:])
    if first[1] < last[0] or last[1] < first[0]:
        signs.add("drift")
    tenth, lower, upper, ninth = np.quantile(x, [0.1, 0.25, 0.75, 0.9])
    if np.diff(np.sort(x))[fifth - 1 : n - fifth].max() > (ninth - tenth) / 2:
        signs.add("groups")
    low, high = fences(x)
    if np.sum((x < low) | (x > high)) > n / 10 or upper - lower > np.median(x) / 10:
        signs.add("busy")
    return signs


def cold_runs(samples: Sequence[float] | Array) -> int:
    """How many of the first samples to leave out: those before the first one that is not above the upper fence of the second half (which has the middle one
    of an odd number); at most the first half. ``cold_runs([9, 5, 1, 1, 1, 1])`` is 2."""
    half = len(samples) // 2
    high, cold = fences(samples[half:])[1], 0
    while cold < half and samples[cold] > high:
        cold += 1
    return cold


class BenchmarkResult:
    """What one measurement found: ``samples``, all of them, outliers too, in their order; and ``cold``, those of the warm-up, which no figure below uses.
    ``n``, ``median``, ``mean``, ``low`` and ``high`` (the quartiles), ``spread`` (their distance as a share of the median), ``outliers`` (the number of samples beyond the fences)
    and ``noise`` (a set of signs) are attributes. ValueError without finite samples. ``BenchmarkResult([0.002, 0.001, 0.004]).median`` is 0.002."""
    def __init__(self, samples: Sequence[float] | Array, name: str = "", unit: str = "s", cold: Sequence[float] = ()) -> None:
        self.samples, self.name, self.unit, self.cold = [float(x) for x in samples], name, unit, list(cold)
        if not self.samples or not np.isfinite(self.samples).all():
            raise ValueError(f"A result needs at least one sample, all of them finite, got {self.samples}.")
        self.n, self.mean, self.noise = len(self.samples), float(np.mean(self.samples)), noise_signs(self.samples)
        self.low, self.median, self.high = (float(q) for q in np.quantile(self.samples, [0.25, 0.5, 0.75]))
        self.spread = (self.high - self.low) / self.median if self.median else 0.0
        below, above = fences(self.samples)
        self.outliers = sum(not below <= x <= above for x in self.samples)
    def interval(self, confidence: float = 0.95) -> tuple[float, float]: return median_interval(self.samples, confidence)
    def __repr__(self) -> str:
        factor, unit = (1e3, " ms") if self.unit == "s" else (1.0, f" {self.unit}".rstrip())
        low, high = self.interval()
        about = f"{self.n} runs, {self.outliers} outliers" + (f", noise: {', '.join(sorted(self.noise))}" if self.noise else "")
        return f"{self.name or 'median'} {self.median * factor:.4g}{unit} ({low * factor:.4g} to {high * factor:.4g}), {about}"
class Benchmark:
    """Times ``workload()``: ``warmup`` runs that do not count, then ``runs`` that do, by ``clock`` (seconds).
    ValueError unless ``warmup`` >= 0 and ``runs`` >= 1. ``Benchmark(lambda: model(x), "small").run().median`` is in seconds."""
    def __init__(self, workload: Callable[[], Any], name: str = "", warmup: int = 5, runs: int = 30, clock: Callable[[], float] = time.perf_counter) -> None:
        if warmup < 0 or runs < 1:
            raise ValueError(f"warmup must be 0 or more and runs at least 1, got {warmup} and {runs}.")
        self.workload, self.name, self.warmup, self.runs, self.clock = workload, name, warmup, runs, clock
    def run(self) -> BenchmarkResult:
        """Measure; the result has the name of the benchmark, and the runs that warmed up as ``cold``."""
        times = time_calls(self.workload, 0, self.warmup + self.runs, self.clock).times
        return BenchmarkResult(times[self.warmup :], self.name, cold=times[: self.warmup])


def take_turns(workloads: Sequence[Callable[[], Any]], rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[list[float]]:
    """Seconds of each workload in each of ``rounds`` rounds: one list a workload, so that the times at one index belong to one round. Each round calls all
    workloads once. Round r begins with the one of index r, modulo their number, goes on in order, and from the last to the first."""
    times: list[list[float]] = [[] for _ in workloads]
    for r in range(rounds):
        for place in range(len(workloads)):
            which = (r + place) % len(workloads)
            started = clock()
            workloads[which]()
            times[which].append(clock() - started)
    return times


class Comparison(NamedTuple):
    """``ratio``: how many times as fast the candidate is, one sample a round; ``interval`` of its median; ``verdict``: "faster", "slower" or "no difference shown"."""
    ratio: BenchmarkResult
    interval: tuple[float, float]
    verdict: str
    def __str__(self) -> str: return f"{self.verdict}: {self.ratio}"
def compare_times(baseline: Sequence[float], candidate: Sequence[float], confidence: float = 0.95) -> Comparison:
    """Compare times of the same rounds, by the ratios baseline / candidate. ValueError for different numbers of times, or a time that is not positive.
    ``compare_times([4.0] * 6, [2.0] * 6)`` has the interval (2.0, 2.0) and the verdict "faster"."""
    if len(baseline) != len(candidate):
        raise ValueError(f"Times of the same rounds are needed, got {len(baseline)} and {len(candidate)}.")
    if min(*baseline, *candidate) <= 0:
        raise ValueError("A time is not positive: the clock is too coarse for this workload.")
    ratio = BenchmarkResult(np.divide(baseline, candidate), "times as fast", "")
    low, high = ratio.interval(confidence)
    verdict = "faster" if low > 1 else "slower" if high < 1 else "no difference shown"
    return Comparison(ratio, (low, high), verdict)
def compare(first: Callable[[], Any], second: Callable[[], Any], rounds: int = 30, warmup: int = 3, clock: Callable[[], float] = time.perf_counter) -> Comparison:
    """Time two workloads, baseline and candidate, in turns; leave out the first ``warmup`` rounds, and compare the other ``rounds``."""
    times = take_turns([first, second], warmup + rounds, clock)
    return compare_times(times[0][warmup:], times[1][warmup:])


class Row(NamedTuple):
    """What a suite found out about one model. ``data`` is a fingerprint of inputs and labels, ``size`` the shape of the inputs, ``memory`` in bytes; rows with the same
    ``session`` were timed in turns. ``accuracy`` is None without labels. ``latency.cold`` has the runs that warmed up."""
    name: str
    latency: BenchmarkResult
    memory: int
    accuracy: float | None
    outputs: Array
    data: str
    size: tuple[int, ...]
    threads: int
    session: int
def fingerprint(*arrays: Array) -> str:
    """A short text that is the same for the same arrays only: from their dtypes, shapes and bytes."""
    return hashlib.sha256(b"".join(f"{array.dtype} {array.shape} ".encode() + array.tobytes() for array in arrays)).hexdigest()[:16]
def stated_threads() -> int:
    """The number of threads that the environment states for matrix products, by OPENBLAS_NUM_THREADS or OMP_NUM_THREADS; else the number of processors."""
    return int(os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
SESSIONS = itertools.count(1)
class BenchmarkSuite:
    """Several ``models``, by name, on the same inputs ``x`` (and ``labels``, one number a row of ``x``), by latency, memory and accuracy."""
    def __init__(self, models: Mapping[str, Any], x: Tensor, labels: Any = None, warmup: int = 5, runs: int = 30, clock: Callable[[], float] = time.perf_counter) -> None:
        self.models, self.x, self.labels, self.warmup, self.runs, self.clock = dict(models), x, labels, warmup, runs, clock
    def run(self) -> list[Row]:
        """Measure all models in turns: one row each, in their order. They run in the mode they are in: call their ``eval()`` before."""
        session, workloads = next(SESSIONS), [lambda model=model: model(self.x) for model in self.models.values()]
        with no_grad():
            times = take_turns(workloads, self.warmup + self.runs, self.clock)
        return [self.row(name, mine, session) for name, mine in zip(self.models, times, strict=True)]
    def row(self, name: str, times: Sequence[float], session: int) -> Row:
        """What there is to say about the model ``name`` with these ``times``, ``warmup`` of which do not count."""
        model, data = self.models[name], [self.x.data, *([] if self.labels is None else [np.asarray(self.labels)])]
        latency, peak = BenchmarkResult(times[self.warmup :], name, cold=times[: self.warmup]), Profiler().measure_memory(model, self.x)["peak"]
        stored = sum({id(array): np.asarray(array).nbytes for _, array in named_state(model)}.values())  # int8 weights too, which are no parameters
        with no_grad():
            outputs = model(self.x).data
        accuracy = None if self.labels is None else float(np.mean(outputs.argmax(axis=-1) == self.labels))
        return Row(name, latency, stored + peak, accuracy, outputs, fingerprint(*data), self.x.shape, stated_threads(), session)
    @staticmethod
    def table(rows: Sequence[Row]) -> str:
        """The rows as text: a line each, below a heading."""
        accuracies = ["unknown" if row.accuracy is None else f"{row.accuracy:.3f}" for row in rows]
        lines = [f"{accuracy:>10}{row.memory / 1024:>10.1f}  {row.latency}" for row, accuracy in zip(rows, accuracies, strict=True)]
        return "\n".join([f"{'accuracy':>10}{'KiB':>10}  latency", *lines])


RULES = {
    "data": "{a.name} and {b.name} were measured on different data ({a.data} and {b.data}).",
    "size": "The inputs have different sizes: {a.size} for {a.name}, {b.size} for {b.name}.",
    "threads": "{a.name} may use {a.threads} threads and {b.name} {b.threads}.",
    "session": "{a.name} and {b.name} were not timed in turns: put both into one suite.",
    "warmup": "Before its first time counts, each model needs {warmup} runs, {a.name} had {a_cold} and {b.name} {b_cold}.",
    "runs": "Each model needs at least {runs} timed runs, {a.name} has {a.latency.n} and {b.name} {b.latency.n}.",
    "accuracy": "The accuracy must be at least {target}, that of {a.name} is {a.accuracy} and that of {b.name} {b.accuracy}.",
    "results": "{a.name} and {b.name} give different outputs, and without the accuracy of both nobody knows whether they do the same task."}
def broken_rules(a: Row, b: Row, target: float, runs: int, warmup: int) -> list[str]:
    """The names of the ``RULES`` that a comparison of these two rows breaks, in their order. "data", "size", "threads", "session": both must have the same. "warmup",
    "runs": each must have at least so many. "accuracy": none that is stated is below ``target``. "results": unless both state an accuracy, their outputs must
    be equal, up to 1e-4 of each number and 1e-6."""
    stated = [row.accuracy for row in (a, b) if row.accuracy is not None]
    kept = [a.data == b.data, a.size == b.size, a.threads == b.threads, a.session == b.session,
            min(len(a.latency.cold), len(b.latency.cold)) >= warmup, min(a.latency.n, b.latency.n) >= runs, all(x >= target for x in stated),
            len(stated) == 2 or (a.outputs.shape == b.outputs.shape and np.allclose(a.outputs, b.outputs, 1e-4, 1e-6))]
    return [rule for rule, fine in zip(RULES, kept, strict=True) if not fine]
class TinyMLPerf:
    """Judges comparisons of rows of a ``BenchmarkSuite``: each accuracy at least ``target``, at least ``runs`` timed runs after ``warmup`` others, and all ``RULES``.
    ``TinyMLPerf(0.95).compare(rows[0], rows[1]).verdict`` is "faster" if the second is faster than the first."""
    def __init__(self, target: float, runs: int = 30, warmup: int = 3) -> None:
        self.target, self.runs, self.warmup = target, runs, warmup
    def refusals(self, baseline: Row, candidate: Row) -> list[str]:
        """Why these two must not be compared: a sentence for each broken rule; none for a fair comparison."""
        numbers = {"a": baseline, "b": candidate, "a_cold": len(baseline.latency.cold), "b_cold": len(candidate.latency.cold), **vars(self)}
        return [RULES[rule].format(**numbers) for rule in broken_rules(baseline, candidate, self.target, self.runs, self.warmup)]
    def compare(self, baseline: Row, candidate: Row, confidence: float = 0.95) -> Comparison:
        """``compare_times`` of both latencies. ValueError with all ``refusals``, if there are any."""
        if reasons := self.refusals(baseline, candidate):
            raise ValueError("\n".join(["This comparison is not fair.", *reasons]))
        return compare_times(baseline.latency.samples, candidate.latency.samples, confidence)
