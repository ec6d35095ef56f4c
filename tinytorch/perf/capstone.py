# Generated from modules/20_capstone/capstone_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Submissions: models in plain files, their measured figures in a schema, the choice among candidates, and a second measurement that checks them."""

import io
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinytorch.core.activations import GELU, ReLU, Sigmoid, Tanh
from tinytorch.core.layers import Linear, Module, Sequential
from tinytorch.core.tensor import Tensor
from tinytorch.core.training import write_whole
from tinytorch.perf.benchmarking import BenchmarkSuite, TinyMLPerf, compare_times, fingerprint, stated_threads
from tinytorch.perf.profiling import Profiler
from tinytorch.perf.quantization import QuantizedLinear, model_bytes

Clock = Callable[[], float]


KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Sequential, Linear, QuantizedLinear, ReLU, Sigmoid, Tanh, GELU)}
def describe(model: Any) -> dict[str, Any]:
    """The plan of ``model``, which may be written as JSON: a dict with the name of its class as "type". A Sequential also has "layers", a list of plans; a Linear or QuantizedLinear "sizes", a list
    of its in_features and out_features, and "bias" (True or False); a QuantizedLinear "ranged": whether it has an input range. ValueError, with its name, for what is not one of the ``KINDS``.
    ``describe(Sequential(ReLU()))`` is ``{"type": "Sequential", "layers": [{"type": "ReLU"}]}``."""
    kind = type(model).__name__
    if KINDS.get(kind) is not type(model):
        raise ValueError(f"There is no plan of a {kind}, only of {', '.join(KINDS)}.")
    plan: dict[str, Any] = {"type": kind}
    if isinstance(model, Sequential):
        plan["layers"] = [describe(layer) for layer in model.layers]
    if isinstance(model, (Linear, QuantizedLinear)):
        plan |= {"sizes": [model.in_features, model.out_features], "bias": model.bias is not None}
    if isinstance(model, QuantizedLinear):
        plan["ranged"] = model.input_range is not None
    return plan
def build(plan: Mapping[str, Any]) -> Any:
    """A new model by the ``plan`` that ``describe`` made; its numbers are not those of the old one. KeyError for an unknown type."""
    kind = KINDS[plan["type"]]
    if kind is Sequential:
        return Sequential(*(build(layer) for layer in plan["layers"]))
    layer = Linear(plan["sizes"][0], plan["sizes"][1], plan["bias"]) if "sizes" in plan else kind()
    return QuantizedLinear(layer, (0, 1) if plan["ranged"] else None) if kind is QuantizedLinear else layer


def pack(model: Module) -> bytes:
    """The file of ``model``: a compressed npz with an array for each path in ``model.state_dict()``, and ``plan``, which ``describe`` gives, as a JSON text.
    ``len(pack(model))`` is the size of the model. ValueError as ``describe``."""
    file = io.BytesIO()
    np.savez_compressed(file, plan=json.dumps(describe(model)), **model.state_dict())  # type: ignore[arg-type]
    return file.getvalue()
def unpack(stored: bytes) -> Any:
    """The model of a file that ``pack`` made, in its eval mode. ValueError, and nothing is run, for anything else."""
    try:
        with np.load(io.BytesIO(stored), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        model = build(json.loads(str(arrays.pop("plan"))))
        model.load_state_dict(arrays)
    except Exception as error:  # archives can be broken in a dozen ways, and each raises something else
        raise ValueError(f"This is no model file, or it is damaged: {error!r}") from error
    return model.eval()


class Task(NamedTuple):
    """What all participants share: ``baseline`` in its eval mode, held-out ``x`` and ``labels`` (one number a row), the least accuracy, and how often both models are timed."""
    name: str
    baseline: Any
    x: Tensor
    labels: Any
    target: float
    runs: int = 30
    warmup: int = 3
def footprint(model: Module, x: Tensor) -> int:
    """Bytes that ``model(x)`` needs without gradients: all arrays of the model, each once, and the peak of those alive between its operations. A count: the same on each machine."""
    return model_bytes(model) + Profiler().measure_memory(model, x)["peak"]
def figure(value: Any, unit: str, ends: tuple[float, float] | None = None) -> dict[str, Any]:
    """A figure with its unit, and with both ends of its interval if it has one."""
    return {"value": value, "unit": unit} | ({} if ends is None else {"low": ends[0], "high": ends[1]})
def facts(task: Task, stored: bytes) -> dict[str, Any]:
    """What was measured: names, numbers, and fingerprints of data, baseline and file."""
    return {"task": task.name, "target": task.target, "runs": task.runs, "warmup": task.warmup, "examples": len(task.labels), "data": fingerprint(task.x.data, np.asarray(task.labels)),
            "baseline": fingerprint(*task.baseline.state_dict().values()), "model": fingerprint(np.frombuffer(stored, np.uint8)), "threads": stated_threads()}
def measure_submission(task: Task, stored: bytes, clock: Clock = time.perf_counter) -> dict[str, Any]:
    """``facts`` of the task and five figures of the model in the file ``stored``: "accuracy" (unit "share"), "latency" ("s", the median with its interval), "speedup" ("times": how many times as
    fast as the baseline, median with interval, in turns), "memory" and "size" ("bytes"). ValueError for a file without a model, and if the judge refuses (an accuracy below the target)."""
    model = unpack(stored)
    suite = BenchmarkSuite({"baseline": task.baseline, "submission": model}, task.x, task.labels, task.warmup, task.runs, clock)
    baseline, row = suite.run()
    speed = TinyMLPerf(task.target, task.runs, task.warmup).compare(baseline, row)
    timed = {"latency": figure(row.latency.median, "s", row.latency.interval()), "speedup": figure(speed.ratio.median, "times", speed.interval)}
    counted = {"accuracy": figure(row.accuracy, "share"), "memory": figure(footprint(model, task.x), "bytes"), "size": figure(len(stored), "bytes")}
    return {**facts(task, stored), **timed, **counted}


VERSION = 1
def is_number(value: Any, kinds: Any = (int, float)) -> bool:
    """Whether this is a number from 0 to 1e18, more than anything here can be; True and False are none."""
    return isinstance(value, kinds) and not isinstance(value, bool) and 0 <= value <= 1e18
def is_figure(given: Any, unit: str) -> bool:
    """Whether this is what ``figure`` makes: in ``unit``; a share is at most 1, bytes are whole, and "s" and "times" have ends with low <= value <= high."""
    ends = ["low", "value", "high"] if unit in ("s", "times") else ["value"]
    if not isinstance(given, dict) or given.keys() != {"unit", *ends} or given["unit"] != unit:
        return False
    numbers = [given[end] for end in ends]
    return all(is_number(x, int if unit == "bytes" else (int, float)) for x in numbers) and numbers == sorted(numbers) and (unit != "share" or numbers[0] <= 1)
TEXT, COUNT, SHARE = "a text that is not empty", "a whole number of at least 0", "a number from 0 to 1"
FIGURES = {unit: f"a figure in {unit!r} with its parts" for unit in ("share", "s", "times", "bytes")}
CHECKS: dict[str, Callable[[Any], bool]] = {TEXT: lambda value: isinstance(value, str) and value.strip() != "", COUNT: lambda value: is_number(value, int),
          SHARE: lambda value: is_number(value) and value <= 1} | {text: lambda value, unit=unit: is_figure(value, unit) for unit, text in FIGURES.items()}
SCHEMA = {"version": COUNT, "name": TEXT, "seed": COUNT, "python": TEXT, "numpy": TEXT, "machine": TEXT, "threads": COUNT, "task": TEXT, "target": SHARE, "runs": COUNT, "warmup": COUNT,
          "examples": COUNT, "data": TEXT, "baseline": TEXT, "model": TEXT, "accuracy": FIGURES["share"], "latency": FIGURES["s"], "speedup": FIGURES["times"],
          "memory": FIGURES["bytes"], "size": FIGURES["bytes"]}
def check_schema(submission: Any) -> list[str]:
    """What is wrong with the form of ``submission``, a sentence each; none if it is right. Each field of ``SCHEMA`` must be there and be what it says there; there must be no other; and "version"
    must be ``VERSION``. ``check_schema({})`` says of each field that it is missing."""
    if not isinstance(submission, dict):
        return [f"A submission is a dict, this is a {type(submission).__name__}."]
    errors = []
    for name, kind in SCHEMA.items():
        if name not in submission:
            errors.append(f"The field '{name}' is missing.")
        elif not CHECKS[kind](submission[name]):
            errors.append(f"'{name}' is {submission[name]!r}, it must be {kind}.")
    if submission.get("version", VERSION) != VERSION:
        errors.append(f"This program knows version {VERSION}, not {submission['version']!r}.")
    errors += [f"There is no field '{name}'." for name in submission if name not in SCHEMA]
    return errors


class Candidate(NamedTuple):
    """One model in a table: ``latency`` in seconds (median), ``memory`` and ``size`` in bytes, and ``verdict`` about its speed, against the first model of the table."""
    name: str
    accuracy: float
    latency: float
    memory: int
    size: int
    verdict: str
    def costs(self) -> tuple[float, ...]:
        """What should be small: the accuracy with the other sign, latency, memory, size."""
        return -self.accuracy, self.latency, self.memory, self.size
    def __str__(self) -> str: return f"{self.name:<24}{self.accuracy:>10.4f}{self.latency * 1e6:>12.1f}{self.memory / 1024:>12.1f}{self.size / 1024:>10.1f}  {self.verdict}"
def measure_candidates(task: Task, models: Mapping[str, Any], clock: Clock = time.perf_counter) -> list[Candidate]:
    """A candidate for each model, all timed in turns; the first one is what the others are compared with. The target of the task does not count here."""
    rows = BenchmarkSuite(models, task.x, task.labels, task.warmup, task.runs, clock).run()
    verdicts = [compare_times(rows[0].latency.samples, row.latency.samples).verdict for row in rows]
    return [Candidate(row.name, float(row.accuracy or 0), row.latency.median, footprint(models[row.name], task.x), len(pack(models[row.name])), verdict)
            for row, verdict in zip(rows, verdicts, strict=True)]
def frontier(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other one dominates, in their order. One dominates another if none of its ``costs`` is higher and at least one is lower."""
    def dominates(x: tuple[float, ...], y: tuple[float, ...]) -> bool:
        return x != y and all(a <= b for a, b in zip(x, y, strict=True))
    return [candidate for candidate in candidates if not any(dominates(other.costs(), candidate.costs()) for other in candidates)]


def pick(candidates: Sequence[Candidate], floor: float) -> Candidate:
    """Of the candidates with an accuracy of at least ``floor`` and a verdict that is not "slower", the one with the smallest ``size``; of equal ones that with the smallest ``memory``,
    then ``latency``. ValueError, with the floor, if there is none."""
    allowed = [candidate for candidate in candidates if candidate.accuracy >= floor and candidate.verdict != "slower"]
    if not allowed:
        raise ValueError(f"No candidate has an accuracy of at least {floor} without being slower.")
    return min(allowed, key=lambda candidate: (candidate.size, candidate.memory, candidate.latency))


EXACT = ("task", "target", "runs", "warmup", "examples", "data", "baseline", "model", "accuracy", "memory", "size")
def differences(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What a second measurement does not confirm, a sentence each: a field of ``EXACT`` that is not equal, and a "speedup" whose intervals have no number in common."""
    reasons = [f"'{name}': claimed is {claimed[name]}, found is {found[name]}." for name in EXACT if claimed[name] != found[name]]
    mine, yours = found["speedup"], claimed["speedup"]
    if yours["low"] > mine["high"] or yours["high"] < mine["low"]:
        reasons.append(f"'speedup': claimed is {yours['low']:.3g} to {yours['high']:.3g}, found is {mine['low']:.3g} to {mine['high']:.3g}.")
    return reasons


class Verdict(NamedTuple):
    """``accepted``, the ``reasons`` why not (none if it is), and the figures ``found`` by the second measurement (empty if there was none)."""
    accepted: bool
    reasons: list[str]
    found: dict[str, Any]
def submit(task: Task, model: Module, folder: "str | Path", name: str, seed: int, clock: Clock = time.perf_counter) -> dict[str, Any]:
    """Measure ``model`` and write ``model.npz`` and ``submission.json`` into ``folder``; returns what stands in the second. ValueError, and nothing is written, if it would not be sound."""
    stored = pack(model)
    about = {"version": VERSION, "name": name, "seed": seed, "python": platform.python_version(), "numpy": np.__version__, "machine": f"{platform.system()} {platform.machine()}"}
    submission = about | measure_submission(task, stored, clock)
    if errors := check_schema(submission):
        raise ValueError("\n".join(["This submission breaks the schema.", *errors]))
    for file, data in [("model.npz", stored), ("submission.json", json.dumps(submission, indent=1).encode())]:
        write_whole(Path(folder) / file, lambda opened, data=data: opened.write(data))  # type: ignore[misc]
    return submission
def rerun(task: Task, folder: "str | Path", clock: Clock = time.perf_counter) -> Verdict:
    """Check the submission in ``folder``: its form; then measure the model in its file again, with this ``task``, and compare. An error in the files is a reason; none is raised."""
    try:
        claimed = json.loads((Path(folder) / "submission.json").read_bytes())
        if errors := check_schema(claimed):
            return Verdict(False, errors, {})
        found = measure_submission(task, (Path(folder) / "model.npz").read_bytes(), clock)
    except (OSError, ValueError, RecursionError) as error:
        return Verdict(False, [str(error)], {})
    reasons = differences(claimed, found)
    return Verdict(not reasons, reasons, found)
