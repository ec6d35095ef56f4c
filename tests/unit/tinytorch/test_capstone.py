"""Submissions: files that give the same model, a schema that names every error, a choice by rule, a checker that never crashes."""

import io
import itertools
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import Tensor
from tinytorch.core.layers import manual_seed
from tinytorch.perf.capstone import (
    CHECKS,
    EXACT,
    SCHEMA,
    Candidate,
    Task,
    build,
    check_schema,
    describe,
    differences,
    figure,
    footprint,
    frontier,
    is_figure,
    is_number,
    measure_candidates,
    measure_submission,
    pack,
    pick,
    rerun,
    submit,
    unpack,
)
from tinytorch.perf.compression import low_rank_layers, magnitude_prune, structured_prune
from tinytorch.perf.quantization import quantize_model

X = Tensor(np.random.default_rng(0).standard_normal((12, 4)))
LABELS = np.arange(12) % 3


def mlp(seed: int = 0) -> Any:
    manual_seed(seed)
    return tiny.Sequential(tiny.Linear(4, 16), tiny.ReLU(), tiny.Linear(16, 3)).eval()


WAYS: dict[str, Callable[[], Any]] = {
    "as it is": mlp,
    "sparse": lambda: magnitude_prune(mlp(), 0.7),
    "fewer neurons": lambda: structured_prune(mlp(), 0.5),
    "low rank": lambda: low_rank_layers(mlp(), 0.25),
    "int8": lambda: quantize_model(mlp()),
    "int8, calibrated": lambda: quantize_model(mlp(), [X]),
    "fewer neurons, low rank, int8": lambda: quantize_model(low_rank_layers(structured_prune(mlp(), 0.25), 0.25)),
    "every activation": lambda: tiny.Sequential(
        tiny.Sigmoid(), tiny.Tanh(), tiny.GELU(), tiny.ReLU(), tiny.Linear(4, 3, bias=False)
    ),
}  # fmt: skip


class Clock:
    """For two workloads in turns: a run of the one takes ``first`` seconds, a run of the other ``second``."""

    def __init__(self, first: float = 2.0, second: float = 1.0) -> None:
        self.reads, self.now, self.costs = 0, 10.0, (first, second)

    def __call__(self) -> float:
        round_, place, ends = self.reads // 4, self.reads // 2 % 2, self.reads % 2
        self.now, self.reads = self.now + ends * self.costs[(round_ + place) % 2], self.reads + 1
        return self.now


def task(**changes: Any) -> Task:
    return Task("twelve rows", mlp(1), X, LABELS, 0.0, 8, 1)._replace(**changes)


@pytest.mark.parametrize("way", WAYS)
def test_a_rebuilt_model_is_the_same_in_every_bit(way: str) -> None:
    model = WAYS[way]().eval()
    stored = pack(model)
    again = unpack(stored)
    np.testing.assert_array_equal(again(X).data, model(X).data)
    assert describe(again) == describe(model)
    assert {name: array.dtype for name, array in again.state_dict().items()} == {
        name: array.dtype for name, array in model.state_dict().items()
    }
    assert pack(again) == stored, "the size is that of the model, not of the moment"
    assert footprint(again, X) == footprint(model, X)


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_goes_through_json_and_holds_no_numbers_of_the_model(way: str) -> None:
    plan = describe(WAYS[way]())
    assert describe(build(json.loads(json.dumps(plan)))) == plan
    assert len(json.dumps(plan)) < 600


def test_only_what_is_known_has_a_plan() -> None:
    class Linear(tiny.Linear):
        """Has the name of a kind, and is another one."""

    for unknown in (Linear(2, 3), tiny.Sequential(tiny.Dropout(0.5)), object(), None):
        with pytest.raises(ValueError, match="There is no plan of a"):
            describe(unknown)


def altered(plan: Any) -> bytes:
    """The file of a model, with another plan in it."""
    file = io.BytesIO()
    np.savez_compressed(file, plan=json.dumps(plan), **mlp().state_dict())
    return file.getvalue()


class Runs:
    """Would run a program if somebody unpickled it."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("a program of the file was run",))


def with_object() -> bytes:
    file = io.BytesIO()
    np.savez(file, plan=np.array([Runs()], dtype=object), allow_pickle=True)
    return file.getvalue()


NO_MODELS = {
    "nothing": lambda: b"",
    "a text": lambda: b"hello",
    "a pickle": lambda: pickle.dumps(Runs()),
    "an archive with a pickle": with_object,
    "the first half": lambda: pack(mlp())[:300],
    "an unknown type": lambda: altered({"type": "Evil"}),
    "no type": lambda: altered({}),
    "no dict": lambda: altered(["type"]),
    "other sizes": lambda: altered({"type": "Sequential", "layers": [{"type": "Linear", "sizes": [4, 5], "bias": True}]}),
    "impossible sizes": lambda: altered({"type": "Linear", "sizes": [-4, 5], "bias": True}),
    "an activation alone": lambda: altered({"type": "ReLU"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_MODELS)
def test_what_is_no_model_file_is_refused_and_runs_nothing(kind: str, tmp_path: Path) -> None:
    stored = NO_MODELS[kind]()
    with pytest.raises(ValueError, match="no model file"):
        unpack(stored)
    submit(task(), mlp(), tmp_path, "mine", 0, Clock())
    (tmp_path / "model.npz").write_bytes(stored)
    verdict = rerun(task(), tmp_path, Clock())
    assert not verdict.accepted
    assert "no model file" in verdict.reasons[0]


def test_damaged_bytes_are_refused_with_a_value_error_only() -> None:
    """Zip archives raise RuntimeError for a password, NotImplementedError for an unknown compression, and more."""
    stored, rng = pack(mlp()), np.random.default_rng(0)
    refused = 0
    for _ in range(200):
        broken = bytearray(stored)
        broken[int(rng.integers(len(broken)))] ^= 1 << int(rng.integers(8))
        try:
            unpack(bytes(broken))
        except ValueError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("value", [-1, True, None, "1", float("nan"), float("inf"), 10**400, [], 1j])
def test_these_are_no_numbers(value: Any) -> None:
    assert not is_number(value)
    assert not is_figure({"unit": "s", "value": 1, "low": value, "high": 2}, "s")
    assert not is_figure({"unit": "share", "value": value}, "share")


@pytest.mark.parametrize(
    ("given", "unit", "fine"),
    [
        (figure(0.5, "share"), "share", True),
        (figure(1.0001, "share"), "share", False),
        (figure(3, "bytes"), "bytes", True),
        (figure(3.0, "bytes"), "bytes", False),
        (figure(2, "s", (2, 2)), "s", True),
        (figure(2, "s", (2.1, 3)), "s", False),
        (figure(2, "s", (1, 1.9)), "s", False),
        (figure(2, "s"), "s", False),
        (figure(2, "times", (1, 3)), "s", False),
        (figure(0.5, "share", (0, 1)), "share", False),
        (0.5, "share", False),
    ],
)
def test_a_figure_has_its_unit_and_its_ends(given: Any, unit: str, fine: bool) -> None:
    assert is_figure(given, unit) == fine


def test_every_word_of_the_schema_has_a_test() -> None:
    assert set(SCHEMA.values()) == set(CHECKS)
    assert set(EXACT) < set(SCHEMA)


def test_a_submission_is_sound_and_goes_through_json(tmp_path: Path) -> None:
    submission = submit(task(), mlp(2), tmp_path, "mine", 7, Clock(3.0, 1.0))
    assert check_schema(submission) == []
    assert set(submission) == set(SCHEMA)
    assert json.loads((tmp_path / "submission.json").read_text()) == submission
    assert submission["speedup"] == {"value": 3.0, "unit": "times", "low": 3.0, "high": 3.0}
    assert submission["size"]["value"] == (tmp_path / "model.npz").stat().st_size
    assert submission["accuracy"]["value"] == np.mean(mlp(2)(X).data.argmax(axis=1) == LABELS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.npz", "submission.json"]


def test_every_error_of_the_form_is_a_sentence() -> None:
    errors = check_schema({"seed": -1, "extra": 1, "version": 3})
    assert len(errors) == len(SCHEMA) - 2 + 3
    for error in errors:
        assert error[-1] == "."
        assert error[0] in "'TV"
    assert check_schema(None) == ["A submission is a dict, this is a NoneType."]


def test_what_would_not_be_sound_is_not_written(tmp_path: Path) -> None:
    for name, seed, runs in [("", 0, 8), ("mine", -1, 8), ("mine", 0, 5)]:
        with pytest.raises(ValueError, match="breaks the schema"):
            submit(task(runs=runs), mlp(), tmp_path, name, seed, Clock())
    with pytest.raises(ValueError, match="not fair"):
        submit(task(target=1.0), mlp(), tmp_path, "mine", 0, Clock())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", [way for way in WAYS if way != "every activation"])
def test_an_honest_submission_is_accepted_on_a_slower_machine(way: str, tmp_path: Path) -> None:
    submit(task(), WAYS[way](), tmp_path, way, 0, Clock(2.0, 1.0))
    verdict = rerun(task(), tmp_path, Clock(20.0, 10.0))
    assert (verdict.accepted, verdict.reasons) == (True, [])
    assert verdict.found["latency"]["value"] == 10.0


FALSE_CLAIMS: dict[str, Any] = {
    "task": "another", "target": 0.5, "runs": 9, "warmup": 2, "examples": 13, "data": "x", "baseline": "x", "model": "x",
    "accuracy": figure(1.0, "share"), "memory": figure(1, "bytes"), "size": figure(1, "bytes"),
    "speedup": figure(9.0, "times", (8.0, 10.0)),
}  # fmt: skip


@pytest.mark.parametrize("field", FALSE_CLAIMS)
def test_a_false_claim_is_named(field: str, tmp_path: Path) -> None:
    submission = submit(task(), mlp(), tmp_path, "mine", 0, Clock())
    (tmp_path / "submission.json").write_text(json.dumps(submission | {field: FALSE_CLAIMS[field]}))
    (reason,) = rerun(task(), tmp_path, Clock()).reasons
    assert reason.startswith(f"'{field}': claimed is ")


def test_every_compared_field_has_a_false_claim() -> None:
    assert set(FALSE_CLAIMS) == {*EXACT, "speedup"}


def test_a_baseline_of_ones_own_does_not_count(tmp_path: Path) -> None:
    """Who measures against a slow baseline, or brings another task, is found out."""
    submit(task(baseline=mlp(5)), mlp(), tmp_path, "mine", 0, Clock(50.0, 1.0))
    reasons = rerun(task(), tmp_path, Clock()).reasons
    assert [reason.partition(":")[0] for reason in reasons] == ["'baseline'", "'speedup'"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"version": NaN}', "[" * 200_000, "\xff", '{"seed": ' + "9" * 5000 + "}"]
)
def test_no_text_crashes_the_checker(text: str, tmp_path: Path) -> None:
    submit(task(), mlp(), tmp_path, "mine", 0, Clock())
    (tmp_path / "submission.json").write_text(text, encoding="latin-1")
    verdict = rerun(task(), tmp_path, Clock())
    assert not verdict.accepted
    assert verdict.reasons
    assert verdict.found == {}


def test_a_missing_folder_is_a_reason(tmp_path: Path) -> None:
    verdict = rerun(task(), tmp_path / "nowhere")
    assert not verdict.accepted
    assert "nowhere" in verdict.reasons[0]


def test_a_model_for_other_pictures_is_a_reason(tmp_path: Path) -> None:
    submit(task(), mlp(), tmp_path, "mine", 0, Clock())
    (tmp_path / "model.npz").write_bytes(pack(tiny.Sequential(tiny.Linear(5, 3))))
    (reason,) = rerun(task(), tmp_path, Clock()).reasons
    assert "(5, 3)" in reason


def interval(low: float, high: float) -> dict[str, Any]:
    return dict.fromkeys(EXACT, 0) | {"speedup": figure((low + high) / 2, "times", (low, high))}


@pytest.mark.parametrize(
    ("claimed", "found"),
    [*itertools.product([(1.0, 2.0), (2.0, 3.0), (1.5, 1.6), (4.0, 5.0)], [(1.0, 2.0), (1.55, 4.0), (3.5, 3.9)])],
)
def test_intervals_overlap_or_not(claimed: tuple[float, float], found: tuple[float, float]) -> None:
    common = max(claimed[0], found[0]) <= min(claimed[1], found[1])
    assert (differences(interval(*claimed), interval(*found)) == []) == common


def candidates(count: int, seed: int) -> list[Candidate]:
    rng = np.random.default_rng(seed)
    return [Candidate(str(k), *(float(x) for x in rng.integers(0, 4, 4)), "faster") for k in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(5))
def test_the_frontier_has_what_nothing_beats_and_the_rest_is_beaten_by_it(seed: int) -> None:
    rows = candidates(30, seed)
    left = frontier(rows)
    costs = np.array([row.costs() for row in rows])
    beaten = [bool(((costs <= mine).all(axis=1) & (costs < mine).any(axis=1)).any()) for mine in costs]
    assert left == [row for row, is_beaten in zip(rows, beaten, strict=True) if not is_beaten]
    assert 0 < len(left) < len(rows)


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_does_not_depend_on_what_is_dominated(seed: int) -> None:
    rows = candidates(30, seed)
    chosen = pick(rows, 1.0)
    assert chosen.accuracy >= 1.0
    assert pick(frontier(rows), 1.0).costs()[1:] == chosen.costs()[1:]


def test_candidates_are_measured_in_turns_and_compared_with_the_first() -> None:
    models = {"one": mlp(), "two": quantize_model(mlp())}
    one, two = measure_candidates(task(), models, Clock(1.0, 4.0))
    assert [one.latency, two.latency] == [1.0, 4.0]
    assert [one.verdict, two.verdict] == ["no difference shown", "slower"]
    assert [one.memory, two.memory] == [footprint(model, X) for model in models.values()]
    assert [one.size, two.size] == [len(pack(model)) for model in models.values()]
    assert one.accuracy == np.mean(mlp()(X).data.argmax(axis=1) == LABELS)


def test_measuring_leaves_the_baseline_as_it_was() -> None:
    baseline = mlp(1)
    before = baseline.state_dict()
    measure_submission(task(baseline=baseline), pack(mlp()), Clock())
    for name, array in baseline.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
