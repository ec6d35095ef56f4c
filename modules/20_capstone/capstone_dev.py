# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
# %% [markdown]
# # Module 20: Capstone
# **You build** a submission: a model that you made smaller and faster, stored in plain files, with figures that somebody else can check. And you build the checker, which measures again.
#
# **You measure** accuracy, latency, memory and size of several candidates (`%%measure`), what it costs to find the best of many (`%%complexity`), and what a second measurement confirms.
#
# **Prerequisites:** 16 Compression and 19 Benchmarking, with what they need. **Unlocks:** nothing more in this course. Take the tools to a model of your own.
# %% [markdown]
# ## Part 1: Foundations
# Let a model have the accuracy $a$, the latency $t$, the memory $m$ and the size in storage $s$. Hardly any change improves all four: fewer numbers need less memory, and the accuracy suffers; int8
# numbers need less storage, and in NumPy they cost time. Candidate A **dominates** B if it is at least as good in everything and better in something:
# $$a_A \ge a_B, \quad t_A \le t_B, \quad m_A \le m_B, \quad s_A \le s_B, \quad \text{and not all four are equal}$$
# Nobody needs a dominated candidate. The others are the **frontier**, and a choice on it needs a rule, which you state before you see the figures. To find the frontier of n candidates, each is
# compared with each: up to n² comparisons. This module keeps three kinds of figures apart. *Counted* ones (accuracy on fixed pictures, bytes of memory or of a file) must be equal when somebody else counts.
# *Timed* ones differ from run to run and from machine to machine: of those we give the **ratio** to a baseline, measured in turns, with its interval. *Stated* ones (names, versions, seeds) say what was done.
# %%
#| default_exp perf.capstone
#| export
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
# %% nbgrader={"grade": false, "grade_id": "20-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
import copy
import tempfile
from tinytorch.core.layers import Dropout, manual_seed
from tinytorch.core.losses import CrossEntropyLoss
from tinytorch.core.optimizers import Adam
from tinytorch.core.training import Trainer
from tinytorch.data import digits
from tinytorch.perf.compression import KeepZeros, low_rank_layers, magnitude_prune, structured_prune
from tinytorch.perf.quantization import quantize_model
class Turns:
    """A simulated clock for two workloads that take turns, so that no test depends on how busy yours is: they take the seconds in ``first`` and in ``second``, again and again."""
    def __init__(self, first, second): self.costs, self.reads, self.now = (first, second), 0, 100.0
    def __call__(self):
        at, place, ends = self.reads // 4, self.reads // 2 % 2, self.reads % 2  # the round, the place in it, and whether a run ends now
        costs = self.costs[(at + place) % 2]
        self.now, self.reads = self.now + ends * costs[at % len(costs)], self.reads + 1
        return self.now
RETURNS = {"describe": "dict", "pack": "bytes", "measure_submission": "dict", "check_schema": "list", "frontier": "list", "pick": "Candidate", "differences": "list", "rerun": "Verdict"}
def tried(function, *args, **params):  # its result; what it raises instead, or another kind of result, is a failed test
    try:
        got = function(*args, **params)
    except Exception as error:
        raise AssertionError(f"{function.__name__} raised {error!r}") from error
    assert type(got).__name__ == RETURNS.get(function.__name__, type(got).__name__), f"{function.__name__} should return a {RETURNS[function.__name__]}, got {got!r}"
    return got
def equal(got, expected, what): assert got == expected, f"{what}: expected {expected}, got {got}"
def refuses(word, function, *args, **params):  # fails unless function raises a ValueError with word in its message
    try:
        got = function(*args, **params)
    except Exception as caught:
        got = caught
    assert isinstance(got, ValueError) and word in str(got), f"expected a ValueError with '{word}' in its message, got {got!r}"
def small(seed=0):  # three inputs, two classes, and parameters that are not at their initial values
    manual_seed(seed)
    return Sequential(Linear(3, 5), ReLU(), Sequential(Linear(5, 2, bias=False), Linear(2, 2)))
x6 = Tensor(np.random.default_rng(20).standard_normal((6, 3)))
# %% [markdown]
# ### 1.1 A model as data
# Python can store any object with its module pickle, but reading such a file can run any program, and it breaks as soon as a class is renamed. So we store what the model *is*: a plan in plain words
# and numbers, from which anybody can build it anew, and its arrays. You write the way to the plan; the way back is given.
# %% nbgrader={"grade": false, "grade_id": "20-describe", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Sequential, Linear, QuantizedLinear, ReLU, Sigmoid, Tanh, GELU)}
def describe(model: Any) -> dict[str, Any]:
    """The plan of ``model``, which may be written as JSON: a dict with the name of its class as "type". A Sequential also has "layers", a list of plans; a Linear or QuantizedLinear "sizes", a list
    of its in_features and out_features, and "bias" (True or False); a QuantizedLinear "ranged": whether it has an input range. ValueError, with its name, for what is not one of the ``KINDS``.
    ``describe(Sequential(ReLU()))`` is ``{"type": "Sequential", "layers": [{"type": "ReLU"}]}``."""
    kind = type(model).__name__
    if KINDS.get(kind) is not type(model):
        raise ValueError(f"There is no plan of a {kind}, only of {', '.join(KINDS)}.")
    # TODO: the plan.
    # APPROACH: 1. begin with {"type": kind}. 2. a Sequential: describe each of model.layers. 3. the two linear ones: sizes, and whether there is a bias. 4. a quantized one: "ranged".
    # HINTS: isinstance(model, (Linear, QuantizedLinear)). A missing bias or input_range is None.
    ### BEGIN SOLUTION
    plan: dict[str, Any] = {"type": kind}
    if isinstance(model, Sequential):
        plan["layers"] = [describe(layer) for layer in model.layers]
    if isinstance(model, (Linear, QuantizedLinear)):
        plan |= {"sizes": [model.in_features, model.out_features], "bias": model.bias is not None}
    if isinstance(model, QuantizedLinear):
        plan["ranged"] = model.input_range is not None
    return plan
    ### END SOLUTION
def build(plan: Mapping[str, Any]) -> Any:
    """A new model by the ``plan`` that ``describe`` made; its numbers are not those of the old one. KeyError for an unknown type."""
    kind = KINDS[plan["type"]]
    if kind is Sequential:
        return Sequential(*(build(layer) for layer in plan["layers"]))
    layer = Linear(plan["sizes"][0], plan["sizes"][1], plan["bias"]) if "sizes" in plan else kind()
    return QuantizedLinear(layer, (0, 1) if plan["ranged"] else None) if kind is QuantizedLinear else layer
# %% nbgrader={"grade": true, "grade_id": "20-describe-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_describe():
    plan = tried(describe, small())
    inner = {"type": "Sequential", "layers": [{"type": "Linear", "sizes": [5, 2], "bias": False}, {"type": "Linear", "sizes": [2, 2], "bias": True}]}
    equal(plan, {"type": "Sequential", "layers": [{"type": "Linear", "sizes": [3, 5], "bias": True}, {"type": "ReLU"}, inner]}, "a plan with a plan inside")
    ### BEGIN HIDDEN TESTS
    for bias, ends in [(True, (-1, 2)), (False, None)]:
        quantized = {"type": "QuantizedLinear", "sizes": [4, 7], "bias": bias, "ranged": ends is not None}
        equal(tried(describe, QuantizedLinear(Linear(4, 7, bias=bias), ends)), quantized, "a quantized layer")
    equal(json.loads(json.dumps(plan)), plan, "JSON keeps it"), equal(tried(describe, tried(build, plan)), plan, "built and described again")
    equal(tried(describe, Sequential()), {"type": "Sequential", "layers": []}, "nothing inside"), refuses("Dropout", describe, Sequential(Dropout(0.1)))
    ### END HIDDEN TESTS
test_describe()
# %% [markdown]
# ### 1.2 A model as a file
# NumPy's npz is a zip archive of arrays, here compressed: zeros take little space in it, which is all that pruned weights gain in this library. The plan goes into it as a text. The size of a model is
# the length of this file, since that is what somebody has to store or send.
# %% nbgrader={"grade": false, "grade_id": "20-pack", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def pack(model: Module) -> bytes:
    """The file of ``model``: a compressed npz with an array for each path in ``model.state_dict()``, and ``plan``, which ``describe`` gives, as a JSON text.
    ``len(pack(model))`` is the size of the model. ValueError as ``describe``."""
    # TODO: the bytes.
    # APPROACH: 1. an io.BytesIO is a file in memory. 2. np.savez_compressed writes into it, plan and arrays as named arguments. 3. getvalue.
    # HINTS: np.savez_compressed(file, plan=..., **arrays).
    ### BEGIN SOLUTION
    file = io.BytesIO()
    np.savez_compressed(file, plan=json.dumps(describe(model)), **model.state_dict())  # type: ignore[arg-type]
    return file.getvalue()
    ### END SOLUTION
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
# %% nbgrader={"grade": true, "grade_id": "20-pack-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_pack():
    stored = tried(pack, small())
    equal(tried(unpack, stored)(x6).data.tolist(), small()(x6).data.tolist(), "what the rebuilt model gives")
    full, zeros = (len(tried(pack, magnitude_prune(Sequential(Linear(100, 100)), share))) for share in (0, 0.9))
    assert zeros < full / 3, f"of 10,000 weights 9,000 are 0: the compressed file should be much smaller than {full} bytes, got {zeros}"
    ### BEGIN HIDDEN TESTS
    for layer in (QuantizedLinear(Linear(3, 4)), QuantizedLinear(Linear(3, 4), (-3, 3))):
        again = tried(unpack, tried(pack, Sequential(layer)))
        assert np.array_equal(again(x6).data, layer(x6).data), "a quantized layer should come back with its integers, scales and range"
        equal((again.state_dict()["0.weight"].dtype, again.training), (np.dtype(np.int8), False), "dtype of its weights, and mode")
    for damaged in (b"", b"no archive", stored[: len(stored) // 2], stored[:100] + bytes(40) + stored[140:]): refuses("no model file", unpack, damaged)
    ### END HIDDEN TESTS
test_pack()
# %% [markdown]
# ### 1.3 The figures of a submission
# A *task* is what all participants share. It has the baseline too: who brings a baseline may bring a slow one. We measure what comes out of the *file*, not the object in memory: if both differ, the
# file counts. The judge of module 19 refuses what is not fair. Memory is counted by `footprint`, which is given: all arrays of the model, and what is alive between its layers at the worst moment (what
# an operation frees before it returns is not counted). The "parameters" of the profiler would be those that can be trained, and an int8 layer has no such weights.
# %% nbgrader={"grade": false, "grade_id": "20-measure", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the dict.
    # APPROACH: 1. unpack. 2. a BenchmarkSuite of {"baseline": ..., "submission": ...} with the task's x, labels, warmup and runs, and the clock: two rows. 3. TinyMLPerf with the task's target, runs
    # and warmup compares them: .ratio.median and .interval. 4. the facts and five figures: accuracy and latency from the second row, memory by footprint, size of stored.
    # HINTS: row.latency.median and row.latency.interval(); figure(value, unit, ends) makes an entry; {**one, **other} joins dicts.
    ### BEGIN SOLUTION
    model = unpack(stored)
    suite = BenchmarkSuite({"baseline": task.baseline, "submission": model}, task.x, task.labels, task.warmup, task.runs, clock)
    baseline, row = suite.run()
    speed = TinyMLPerf(task.target, task.runs, task.warmup).compare(baseline, row)
    timed = {"latency": figure(row.latency.median, "s", row.latency.interval()), "speedup": figure(speed.ratio.median, "times", speed.interval)}
    counted = {"accuracy": figure(row.accuracy, "share"), "memory": figure(footprint(model, task.x), "bytes"), "size": figure(len(stored), "bytes")}
    return {**facts(task, stored), **timed, **counted}
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-measure-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def small_task(**changes):  # the seed 4 model is right in 4 of 6 rows, by labels that are made so
    return Task("six rows", small(1), x6, abs(small(4)(x6).data.argmax(axis=1) - [1, 1, 0, 0, 0, 0]), 0.0, 8, 2)._replace(**changes)
def test_measure_submission():
    task, stored = small_task(), pack(small(4))
    found = tried(measure_submission, task, stored, Turns([9.0, 9.0, 4.0, 6.0], [9.0, 9.0, 2.0, 2.0]))
    equal(set(found), {*facts(task, stored), "accuracy", "latency", "speedup", "memory", "size"}, "fields")
    equal(found["accuracy"], {"value": 4 / 6, "unit": "share"}, "accuracy"), equal(found["size"], {"value": len(stored), "unit": "bytes"}, "size of the file")
    equal(found["memory"], {"value": 4 * (3 * 5 + 5 + 5 * 2 + 2 * 2 + 2) + 2 * 4 * 6 * 5, "unit": "bytes"}, "36 numbers, and two results of 6 rows and 5 columns at once")
    equal(found["latency"], {"value": 5.5, "unit": "s", "low": 2.0, "high": 9.0}, "latency of the submission: times 2, 2, 9, 9 and so on after the warm-up")
    equal(found["speedup"], {"value": 1.5, "unit": "times", "low": 1.0, "high": 3.0}, "ratios 2, 3, 1, 1 and so on: their median and interval")
    ### BEGIN HIDDEN TESTS
    equal({name: found[name] for name in facts(task, stored)}, facts(task, stored), "facts")
    right, clock = float(np.mean(small(1)(x6).data.argmax(axis=1) == task.labels)), Turns([1.0], [1.0])
    equal(tried(measure_submission, task, pack(small(1)), clock)["accuracy"]["value"], right, "another model"), equal(clock.reads, 2 * 2 * 10, "reads of the clock: two for each of 8 + 2 runs of both")
    refuses("at least 0.9", measure_submission, small_task(target=0.9), stored, Turns([1.0], [1.0])), refuses("no model file", measure_submission, task, b"nothing")
    equal(tried(measure_submission, small_task(runs=12, warmup=0), stored, Turns([4.0], [1.0]))["speedup"]["low"], 4.0, "other conditions")
    ### END HIDDEN TESTS
test_measure_submission()
# %% [markdown]
# ### 1.4 A schema
# A submission comes from somebody else's program. Before anyone believes it, they check its form: every field is there, none is unknown, figures have their units and ends, and numbers are
# possible. `SCHEMA` says in words what each field must be, and `CHECKS` has a test for each of these words. Collect *all* errors, a sentence each: nobody wants to learn of them one at a time.
# %% nbgrader={"grade": false, "grade_id": "20-schema", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the sentences, in the order of SCHEMA, unknown fields last.
    # APPROACH: 1. for each name and kind in SCHEMA: not there, "The field 'seed' is missing."; else, unless CHECKS[kind](value), "'seed' is 'x', it must be a whole number of at least 0.".
    # 2. a version that is there, but not VERSION: "This program knows version 1, not 2.". 3. each name that SCHEMA does not have: "There is no field 'sede'.".
    # HINTS: f"{value!r}" shows texts in quotes. submission.get("version", VERSION) is VERSION if the version is missing, which was said before.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-schema-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
SOUND = {"version": 1, "name": "mine", "seed": 20, "python": "3.12", "numpy": "2.0", "machine": "Linux", "threads": 2, "task": "six rows", "target": 0.5, "runs": 8, "warmup": 2, "examples": 6,
         "data": "aa", "baseline": "bb", "model": "cc", "accuracy": figure(0.5, "share"), "latency": figure(2, "s", (1, 3)), "speedup": figure(2, "times", (1, 3)), "memory": figure(9, "bytes"), "size": figure(9, "bytes")}
def test_check_schema():
    for changes, *sentences in [({},), ({"seed": "x"}, "'seed' is 'x', it must be a whole number of at least 0."), ({"sede": 1}, "There is no field 'sede'."), ({"version": 2}, "This program knows version 1, not 2."),
                                ({"size": figure(9, "KiB")}, "'size' is {'value': 9, 'unit': 'KiB'}, it must be a figure in 'bytes' with its parts.")]:
        equal(tried(check_schema, SOUND | changes), sentences, f"a sound submission, with the changes {changes}")
    ### BEGIN HIDDEN TESTS
    for name in SCHEMA:
        equal(tried(check_schema, {key: value for key, value in SOUND.items() if key != name}), [f"The field '{name}' is missing."], "one field less")
        equal(tried(check_schema, SOUND | {name: None})[:1], [f"'{name}' is None, it must be {SCHEMA[name]}."], "a field that is None")
    wrong = {"speedup": [figure(2, "times"), figure(4, "times", (1, 3)), figure(2, "times", (-1, np.inf))], "size": [figure(9.0, "bytes"), 9], "accuracy": [figure(1.1, "share"), figure(True, "share"), figure(np.nan, "share")], "memory": [figure(10**400, "bytes")]}
    for name, value in [(field, value) for field in wrong for value in wrong[field]]: equal(tried(check_schema, SOUND | {name: value}), [f"'{name}' is {value!r}, it must be {SCHEMA[name]}."], "figure")
    equal(len(tried(check_schema, {"a": 1, "b": 2})), len(SCHEMA) + 2, "all errors of an empty submission with two unknown fields"), equal(len(tried(check_schema, [SOUND])), 1, "a list")
    bad = SOUND | {"name": "  ", "target": 1.5, "runs": 2.0, "z": 0, "size": 5}
    equal([error.split("'")[1] for error in tried(check_schema, bad)], ["name", "target", "runs", "size", "z"], "several errors, in their order")
    ### END HIDDEN TESTS
test_check_schema()
# %% [markdown]
# ### 1.5 The frontier and the choice
# You will make several candidates. First remove those that nobody needs, by the definition above. Two equal candidates do not dominate each other: both stay.
# %% nbgrader={"grade": false, "grade_id": "20-frontier", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the list.
    # APPROACH: 1. a function that says whether one tuple of costs dominates another. 2. keep a candidate unless any other one dominates it.
    # HINTS: all(a <= b for a, b in zip(x, y)), and x != y: if none is higher and they are not the same, then one is lower.
    ### BEGIN SOLUTION
    def dominates(x: tuple[float, ...], y: tuple[float, ...]) -> bool:
        return x != y and all(a <= b for a, b in zip(x, y, strict=True))
    return [candidate for candidate in candidates if not any(dominates(other.costs(), candidate.costs()) for other in candidates)]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-frontier-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def table_of(**rows): return [Candidate(name, *row, "faster") for name, row in rows.items()]
def names(rows): return "".join(row.name for row in rows)
def test_frontier():
    equal(names(tried(frontier, table_of(a=(0.9, 5, 50, 40), b=(0.8, 4, 50, 40), c=(0.8, 5, 50, 40)))), "ab", "c is as good as b, and slower; a is more accurate, b is faster")
    equal(names(tried(frontier, table_of(a=(0.9, 5, 50, 40), b=(0.9, 5, 50, 40)))), "ab", "two equal ones")
    ### BEGIN HIDDEN TESTS
    equal(names(tried(frontier, table_of(a=(0.9, 5, 50, 40), b=(0.9, 5, 50, 39), c=(0.9, 5, 49, 40), d=(0.9, 4, 50, 41), e=(0.91, 6, 51, 42)))), "bcde", "each of four is better in one way")
    equal(names(tried(frontier, table_of(a=(0.5, 9, 90, 90), b=(0.6, 8, 80, 80), c=(0.7, 7, 70, 70)))), "c", "the last one dominates all")
    equal(names(tried(frontier, table_of(a=(0.7, 7, 70, 70), b=(0.6, 8, 80, 80), c=(0.7, 7, 70, 71)))), "a", "the first one dominates all")
    ### END HIDDEN TESTS
test_frontier()
# %% [markdown]
# On the frontier, every choice gives something up. Here is our rule: the accuracy is at least a floor, it is not shown to be slower than the baseline, and of those the smallest file wins.
# %% nbgrader={"grade": false, "grade_id": "20-pick", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def pick(candidates: Sequence[Candidate], floor: float) -> Candidate:
    """Of the candidates with an accuracy of at least ``floor`` and a verdict that is not "slower", the one with the smallest ``size``; of equal ones that with the smallest ``memory``,
    then ``latency``. ValueError, with the floor, if there is none."""
    # TODO: the candidate.
    # APPROACH: 1. the list of those that may be chosen. 2. empty: ValueError. 3. min with a key.
    # HINTS: min(rows, key=...) takes a function that gives a tuple; tuples are compared from the left.
    ### BEGIN SOLUTION
    allowed = [candidate for candidate in candidates if candidate.accuracy >= floor and candidate.verdict != "slower"]
    if not allowed:
        raise ValueError(f"No candidate has an accuracy of at least {floor} without being slower.")
    return min(allowed, key=lambda candidate: (candidate.size, candidate.memory, candidate.latency))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-pick-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def test_pick():
    rows = table_of(a=(0.9, 5, 50, 40), b=(0.8, 6, 60, 30), c=(0.7, 1, 10, 10))
    equal(names([tried(pick, rows, floor) for floor in (0.85, 0.75, 0.1)]), "abc", "the smallest file above three floors"), refuses("0.95", pick, rows, 0.95)
    ### BEGIN HIDDEN TESTS
    equal(tried(pick, rows, 0.7).name, "c", "exactly the floor"), equal(tried(pick, [row._replace(verdict="no difference shown") for row in rows], 0.1).name, "c", "no difference is allowed")
    equal(tried(pick, [*rows[:2], rows[2]._replace(verdict="slower")], 0.1).name, "b", "the smallest one is slower")
    ties = table_of(a=(0.9, 5, 50, 40), b=(0.9, 9, 40, 40), c=(0.9, 8, 40, 40), d=(0.99, 1, 10, 41))
    equal(tried(pick, ties, 0.5).name, "c", "equal files, then equal memory"), refuses("0.5", pick, [row._replace(verdict="slower") for row in ties], 0.5)
    ### END HIDDEN TESTS
test_pick()
# %% [markdown]
# ### 1.6 The second measurement
# Whoever checks a submission has the task and two files. What can be counted must be equal, to the last digit. What was timed on another machine will not be, so here the checker asks less: both intervals
# of the ratio must overlap. A very wide interval overlaps with everything, but it also claims nothing: the low end is what a submission promises.
# %% nbgrader={"grade": false, "grade_id": "20-differences", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
EXACT = ("task", "target", "runs", "warmup", "examples", "data", "baseline", "model", "accuracy", "memory", "size")
def differences(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What a second measurement does not confirm, a sentence each: a field of ``EXACT`` that is not equal, and a "speedup" whose intervals have no number in common."""
    # TODO: the sentences, in the order of EXACT, and "speedup" last.
    # APPROACH: 1. for each field: "'accuracy': claimed is ..., found is ...". 2. no overlap: one interval ends before the other begins.
    # HINTS: there are two ways not to overlap. Begin each sentence with the name in quotes.
    ### BEGIN SOLUTION
    reasons = [f"'{name}': claimed is {claimed[name]}, found is {found[name]}." for name in EXACT if claimed[name] != found[name]]
    mine, yours = found["speedup"], claimed["speedup"]
    if yours["low"] > mine["high"] or yours["high"] < mine["low"]:
        reasons.append(f"'speedup': claimed is {yours['low']:.3g} to {yours['high']:.3g}, found is {mine['low']:.3g} to {mine['high']:.3g}.")
    return reasons
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-differences-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def differ(changes, *expected):  # the names that the sentences begin with
    reasons = tried(differences, SOUND | changes, SOUND)
    equal([reason[: reason.find(":")] for reason in reasons], [f"'{name}'" for name in expected], f"reasons for {changes}")
    return reasons
def test_differences():
    differ({}), differ({"accuracy": figure(0.51, "share")}, "accuracy"), differ({"speedup": figure(5, "times", (4, 6))}, "speedup"), differ({"speedup": figure(5, "times", (2.5, 6))})
    ### BEGIN HIDDEN TESTS
    for name in EXACT: differ({name: "another", "latency": figure(7, "s", (6, 8)), "machine": "another", "threads": 9}, name)
    differ({"speedup": figure(0.5, "times", (0.2, 0.9))}, "speedup"), differ({"speedup": figure(0.5, "times", (0.2, 1.0))}), differ({"speedup": figure(4, "times", (3, 6))}), differ({"speedup": figure(2, "times", (1.9, 2.1))})
    both = differ({"size": figure(8, "bytes"), "task": "b", "speedup": figure(5, "times", (4, 6))}, "task", "size", "speedup")
    assert "8" in both[1] and "9" in both[1] and "4 to 6" in both[2] and "1 to 3" in both[2], f"both figures should stand in the sentence, got {both}"
    ### END HIDDEN TESTS
test_differences()
# %% [markdown]
# Given: `submit` writes two files, model.npz and submission.json, if they keep the schema. The checker must not crash, whatever it is given: every failure is a verdict with a reason.
# %% nbgrader={"grade": false, "grade_id": "20-rerun", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the verdict.
    # APPROACH: 1. read submission.json; check_schema; with errors, a verdict that has them as reasons and found nothing. 2. read model.npz, and measure_submission. 3. the differences decide. 4. what
    # steps 1 and 2 raise, OSError, ValueError or RecursionError, is the only reason.
    # HINTS: json.loads takes bytes. It raises a ValueError for what is no JSON, and a RecursionError for too many brackets; read_bytes raises an OSError for a missing file.
    ### BEGIN SOLUTION
    try:
        claimed = json.loads((Path(folder) / "submission.json").read_bytes())
        if errors := check_schema(claimed):
            return Verdict(False, errors, {})
        found = measure_submission(task, (Path(folder) / "model.npz").read_bytes(), clock)
    except (OSError, ValueError, RecursionError) as error:
        return Verdict(False, [str(error)], {})
    reasons = differences(claimed, found)
    return Verdict(not reasons, reasons, found)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "20-rerun-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def checked(change, clock=None, **task):  # what the checker says about a sound submission after change(folder)
    with tempfile.TemporaryDirectory() as folder:
        submit(small_task(), small(4), folder, "mine", 4, Turns([2.0], [1.0]))
        change(Path(folder))
        return tried(rerun, small_task(**task), folder, clock or Turns([6.0], [3.0]))
def rewritten(**changes): return lambda folder: (folder / "submission.json").write_text(json.dumps(json.loads((folder / "submission.json").read_text()) | changes))
def rejected(word, verdict): assert not verdict.accepted and [type(reason) for reason in verdict.reasons] == [str] and word in verdict.reasons[0], f"expected one reason with '{word}', got {verdict}"
def test_rerun():
    verdict = checked(Path.exists)
    equal((verdict.accepted, verdict.reasons), (True, []), "an honest submission, on a machine that is three times slower"), equal(type(verdict.found), dict, "found"), equal(verdict.found["latency"]["value"], 3.0, "found latency")
    rejected("'accuracy': claimed is {'value': 1.0", checked(rewritten(accuracy=figure(1.0, "share")))), rejected("'speedup'", checked(Path.exists, Turns([6.0], [6.0]))), rejected("'seed'", checked(rewritten(seed="x")))
    ### BEGIN HIDDEN TESTS
    for name in ("submission.json", "model.npz"): rejected(name, checked(lambda folder, name=name: (folder / name).unlink()))
    for text, word in [("{", ""), ("[]", "a list"), ("[" * 10**5, "")]: rejected(word, checked(lambda folder, text=text: (folder / "submission.json").write_text(text)))
    rejected("no model file", checked(lambda folder: (folder / "model.npz").write_bytes(b"nothing"))), rejected("at least 0.9", checked(Path.exists, target=0.9))
    equal(checked(rewritten(seed="x")).found, {}, "found by a check of the form alone"), equal(checked(rewritten(size=figure(1, "bytes"))).found["accuracy"]["value"], 4 / 6, "found all the same")
    equal([reason.split("'")[1] for reason in checked(lambda folder: (folder / "model.npz").write_bytes(pack(small(2)))).reasons[:1]], ["model"], "another model in the file")
    ### END HIDDEN TESTS
test_rerun()
# %% [markdown]
# ## Part 2: Systems analysis
# The model is the network of milestone 3, made wider. It learns from one part of the digits. The candidates are compared on a second part, since choosing by the test pictures would be a way to learn
# from them. The third part is seen once, at the end, by the submission. What was pruned or factored is trained on a little, as in module 16.
# %%
SEED, rng = 20, np.random.default_rng(20)
x_all, y_all, x_test, y_test = digits(mixed=True)
x_learn, x_choose, unseen = (Tensor(x.reshape(-1, 64) / np.float32(16)) for x in (x_all[:1077], x_all[1077:], x_test))
y_learn, y_choose = y_all[:1077], y_all[1077:]
def train(model, epochs, rate, keep_zeros=False):  # in place
    optimizer = Adam(model.parameters(), lr=rate)
    trainer = Trainer(model, KeepZeros(optimizer) if keep_zeros else optimizer, CrossEntropyLoss())
    for _ in range(epochs):
        order = rng.permutation(len(x_learn))
        trainer.train_epoch([(Tensor(x_learn.data[rows]), y_learn[rows]) for rows in np.split(order, range(32, len(order), 32))])
    return model.eval()
manual_seed(SEED)
network = train(Sequential(Linear(64, 128), ReLU(), Linear(128, 64), ReLU(), Linear(64, 10)), 12, 0.003)
choosing = Task("digits, to choose", network, x_choose, y_choose, 0.9, 20)
print(f"{sum(p.size for p in network.parameters()):,} parameters, {len(pack(network)):,} bytes in its file")
# %% [markdown]
# ### 2.1 Candidates
# Each one is a copy of the network that went through one or two steps. **Predict** for each: which of accuracy, latency, memory and size change, and in which direction?
# %%
def fresh(): return copy.deepcopy(network)
def int8(model): return quantize_model(model, [x_learn]).eval()
slim = train(structured_prune(fresh(), 0.75), 5, 0.001)
*hidden, last = fresh().layers  # ten classes need their rank: the last layer stays whole
thin = train(Sequential(low_rank_layers(Sequential(*hidden), 0.25), last), 5, 0.001)
sparse = train(magnitude_prune(fresh(), 0.9), 5, 0.001, keep_zeros=True)
models = {"baseline": network, "sparse": sparse, "slim": slim, "low rank": thin, "int8": int8(fresh()), "slim + int8": int8(copy.deepcopy(slim))}
models["slim + sparse"] = train(magnitude_prune(copy.deepcopy(slim), 0.5), 5, 0.001, keep_zeros=True)
rows = measure_candidates(choosing, models)
print(f"{'':<24}{'accuracy':>10}{'latency/us':>12}{'memory/KiB':>12}{'size/KiB':>10}  speed", *rows, sep="\n")
# %% [markdown]
# Sparse weights gain nothing but a smaller file. Removed neurons gain in memory and size, and give smaller matrices. Compare the latency of int8 with that of the same network in float32. If the networks
# with wide layers are slower by far, look at the threads: a large product is shared out to all cores, and on a busy machine they wait for each other. Start Python with OPENBLAS_NUM_THREADS=1, measure again,
# and see which figures, and which choice in 2.2, change: a speedup against a baseline that only waits is no property of your model. This is why a submission states its number of threads.
#
# ### 2.2 The choice
# The rule asks for the accuracy of the baseline less one percentage point. **Predict** which candidates are on the frontier, and which one the rule picks.
# %%
floor, stored, counted = rows[0].accuracy - 0.01, None, None
best = pick(frontier(rows), floor)
chosen = models[best.name]
print("on the frontier:", "; ".join(row.name for row in frontier(rows)), f"\npicked for an accuracy of at least {floor:.4f}: {best.name}")
# %% [markdown]
# With another rule, such as the lowest latency, the same table may give another model: the rule says what the model is for.
#
# ### 2.3 Memory, measured
# **Predict:** of the footprint of the baseline, is more in its weights, or between its layers? And of that of the chosen model, for 360 pictures?
# %%
# %%measure -o counted
stored = pack(chosen)
counted_bytes = footprint(unpack(stored), unseen)
# %%
for name, model in [("baseline", network), (best.name, chosen)]:
    print(f"{name}: {model_bytes(model):,} bytes of arrays in the model, {footprint(model, unseen) - model_bytes(model):,} alive between its operations, {len(pack(model)):,} in its file")
_ = counted and print(f"footprint {counted_bytes:,}; most bytes of tensors alive in the measured cell: {counted.tensors.peak_live_bytes:,}")  # a script measures nothing
n = 64
# %% [markdown]
# What lies between the layers grows with the batch, and the weights do not. To remove neurons makes both smaller; int8 weights leave the arrays between the layers as they are.
#
# ### 2.4 The cost of comparing
# **Predict** the exponent of n in the time of `frontier` for n candidates of which none dominates another. Would it be lower if the first one in the list dominated all?
# %%
# %%complexity n=32..512 -o pairs
line = [Candidate("", k / n, k, k, k, "faster") for k in range(n)]  # each is more accurate and costs more than the one before
# measure:
frontier(line)
# %% [markdown]
# Each is compared with all others, so the time is quadratic. Where the first one dominates all, a search that stops at the first hit is linear. To measure a handful of candidates costs far more.
#
# ### 2.5 Submit, and check
# **Predict** what the checker will say about the honest submission, about the same with a better accuracy, and about the file of the baseline in its place.
# %%
final = Task("digits 8x8", network, unseen, y_test, 0.9, 20)
with tempfile.TemporaryDirectory() as folder:
    submission, honest = submit(final, chosen, folder, best.name, SEED), rerun(final, folder)
    print((Path(folder) / "submission.json").read_text(), "\nhonest:", honest.accepted, *honest.reasons)
    rewritten(accuracy=figure(1.0, "share"))(Path(folder))
    print("better accuracy:", rerun(final, folder).reasons)
    rewritten(accuracy=submission["accuracy"])(Path(folder)), (Path(folder) / "model.npz").write_bytes(pack(network))
    print("another file:", *rerun(final, folder).reasons, sep="\n  ")
# %% [markdown]
# Counted figures agree to the last digit. Speedups agree within their intervals unless the machine changed in between: if your honest submission was refused, look at that reason first.
# %% [markdown]
# ## Part 3: Production context
# - MLPerf has fixed data, a quality target, rules for the runs, and a program that checks the form of a submission. Its *closed* division fixes the model; its *open* division lets you change it, as here.
# - A model card (source: Mitchell and others, "Model Cards for Model Reporting", 2019) adds what no timer sees: what the model is meant for, on whose data it was judged, for which groups it is worse.
# - `torch.save` of PyTorch uses pickle; `torch.load(..., weights_only=True)` refuses to run programs. The safetensors format holds only arrays and a JSON header. ONNX and `torch.export` store the plan too.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "20-integration-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def test_capstone():
    big, task = small(4), small_task(baseline=small(4), target=0.6)
    models = {"big": big, "quarter": quantize_model(copy.deepcopy(big)), "other": small(2)}
    table = tried(measure_candidates, task, models, iter(np.arange(1000.0)).__next__)
    equal([row.size for row in table], [len(pack(model)) for model in models.values()], "sizes"), equal({row.verdict for row in table}, {"no difference shown"}, "verdicts of equal times")
    best = tried(pick, tried(frontier, table), 0.6)
    equal(best.name, min((row for row in table if row.accuracy >= 0.6), key=lambda row: row.size).name, "the smallest of those that are good enough")
    with tempfile.TemporaryDirectory() as folder:
        claimed, verdict = tried(submit, task, models[best.name], folder, best.name, 4, Turns([2.0], [1.0])), tried(rerun, task, folder, Turns([5.0], [2.5]))
        equal((verdict.accepted, verdict.found["accuracy"]), (True, claimed["accuracy"]), "the second measurement")
        ### BEGIN HIDDEN TESTS
        equal(sorted(path.name for path in Path(folder).iterdir()), ["model.npz", "submission.json"], "files"), equal(json.loads((Path(folder) / "submission.json").read_text()), claimed, "what stands in the file")
        other = tried(rerun, task._replace(baseline=small(1), target=0.0), folder, Turns([5.0], [2.5]))
        equal([reason.split("'")[1] for reason in other.reasons], ["target", "baseline"], "another baseline and target")
        refuses("breaks the schema", submit, task, big, folder, "", 4, Turns([2.0], [1.0])), refuses("'speedup'", submit, task._replace(runs=5), big, folder, "few", 4, Turns([2.0], [1.0]))
        ### END HIDDEN TESTS
test_capstone()
# %%
if __name__ == "__main__":
    test_describe(), test_pack(), test_measure_submission(), test_check_schema(), test_frontier(), test_pick(), test_differences(), test_rerun(), test_capstone()
    print("All tests of module 20 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "20-question-choice", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From 2.1 and 2.2: which of the four figures do `sparse`, `slim` and `int8` improve against the baseline, and why? Give a rule and a device for which you would choose another model than `pick` did.
# ### BEGIN SOLUTION
# Sparse: the file only, since zeros compress well, but are kept and multiplied like all other numbers. Slim: memory, size and flops, so the time where flops count. int8: the file and the weights; arrays
# between layers stay float32, and the products use float32 copies, so the time does not fall. A device with int8 units changes this. Rubric: 4 points for the three with figures and reasons, 2 for rule and device.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "20-question-trust", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# **2.** From 1.6 and 2.5: find two dishonest submissions that `rerun` accepts, and say what would have to change so that it refuses them. Why does it not compare the latency in seconds?
# ### BEGIN SOLUTION
# A model trained on the test pictures, or chosen by them among many; a wide interval with a fancy value in it. Against the first the checker needs pictures that nobody else has; against the second, rank
# by the low end. Seconds belong to one machine; a ratio in turns is nearly the same on similar ones. Rubric: 3 points for two ways, 2 for what helps, 1 for the seconds.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "20-question-own", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# **3.** Plan the submission of a model of your own: baseline, split of the data, three candidates, rule, counted and timed figures. From 2.3 and 2.4: what limits your candidates, the memory of the weights
# or that between the layers, and how many of them can you afford to measure?
# ### BEGIN SOLUTION
# Rubric: 2 points for a task that somebody else could repeat (split, baseline, seed, target, rule before the figures), 1 for candidates whose gain is argued from measured figures of this course, 1 for the
# kinds of figures, 2 for the limits: with large batches the memory lies between the layers, and training and timing limit the number of candidates, not the comparison.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built a submission, from plain files to a second measurement, and chose a model by a rule. What you measured in twenty modules meets in its figures: how memory layout decides speed and what a number
# costs to compute and to keep (01 to 07), how the same arithmetic can be slow or fast (08, 09), where cost grows with length (10 to 13), and then the engineering: find the cost (14), use fewer bits,
# numbers and repetitions (15 to 17), move less memory (18), and know how sure you are (19). Here you made a claim that others can check. That is the habit to take along.
