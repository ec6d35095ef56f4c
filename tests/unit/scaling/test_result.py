import json

import numpy as np
import pytest

import tinytorch_lab
from tinytorch_lab.scaling.joint import Points, fit_jointly
from tinytorch_lab.scaling.result import Complexity, Growth
from tinytorch_lab.scaling.run import complexity


def swept() -> Complexity:
    return complexity(lambda values: values * 2, "n=64..4096", make_input=np.ones, budget=0.3, predict="O(n^2)")


def test_it_survives_json() -> None:
    result = swept()
    again = Complexity.from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)))
    assert again.to_dict() == result.to_dict()
    assert again.time.interval == result.time.interval


def test_an_unknown_version_and_a_damaged_result_are_one_sentence() -> None:
    stored = swept().to_dict()
    with pytest.raises(ValueError, match="has format version 7; this release"):
        Complexity.from_dict({**stored, "version": 7})
    del stored["points"]
    with pytest.raises(ValueError, match="stored Complexity has no points"):
        Complexity.from_dict(stored)


def test_infinity_is_not_stored() -> None:
    growth = Growth("n", True, ["n"], 1.0, doubling={"n": float("inf")})
    assert Complexity(["n"], time=growth).to_dict()["time"]["doubling"] == {"n": None}


def test_a_prediction_that_is_far_off_differs() -> None:
    prediction = swept().prediction
    assert (prediction.formula, prediction.verdict) == ("n^2", "differs")
    assert prediction.curves[0].name == "n"


def test_a_function_of_several_sizes_gets_them_by_name() -> None:
    calls = []
    sizes = {"batch": [2, 4, 8, 16], "d": [4, 8, 16]}
    result = complexity(lambda batch, d: calls.append((batch, d)), sizes, budget=0.2)
    assert set(calls) <= {(b, d) for b in sizes["batch"] for d in sizes["d"]}
    assert (16, 16) in calls
    assert result.names == ["batch", "d"]


def test_a_tuple_is_several_arguments() -> None:
    seen = []
    complexity(lambda a, b: seen.append((a, b)), [4, 8], make_input=lambda n: (n, -n), budget=0.1)
    assert set(seen) == {(4, -4), (8, -8)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"budget": 0}, "seconds above 0; got 0"),
        ({"sizes": [3]}, "2 to 200 different whole numbers"),
        ({"sizes": "n=9..3"}, "from a whole number"),
        ({"predict": "n!"}, "a prediction is written like"),
        ({"time": False, "memory": False}, "nothing to measure"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(arguments: dict, message: str) -> None:
    def never(n: int) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match=message):
        complexity(never, **arguments)


def test_the_function_raises_its_own_exception() -> None:
    def fails(n: int) -> None:
        raise KeyError(n)

    with pytest.raises(KeyError):
        complexity(fails, [1, 2, 3], budget=0.1)


def test_the_joint_fit_finds_the_exponents_that_were_put_in() -> None:
    sizes = np.array([[b, d] for b in (8.0, 32, 128) for d in (16.0, 64, 256)])
    noise = np.exp(0.02 * np.random.default_rng(1).standard_normal(9))
    costs = (1e-6 + 3e-10 * sizes[:, 0] * sizes[:, 1] ** 2) * noise
    joint = fit_jointly(Points(sizes, costs, np.full(9, 0.03), np.zeros(9)))
    assert joint.powers.tolist() == pytest.approx([1.0, 2.0], abs=0.05)
    assert (abs(joint.powers - [1, 2]) <= joint.half).all()


def test_the_face_has_it() -> None:
    assert tinytorch_lab.complexity is complexity
    assert "complexity" in dir(tinytorch_lab)
