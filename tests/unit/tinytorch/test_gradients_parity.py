"""Values and gradients of every operation against PyTorch's: a table of operations by kinds of arrays."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tinytorch as tiny
from tinytorch.core.autograd import backward
from tinytorch.core.losses import log_softmax

rng = np.random.default_rng(15)


def floats(*shape: int) -> Any:
    """Numbers away from 0 and from each other, so that kinks and ties stay out of the way."""
    values = rng.permutation(np.linspace(0.3, 2.5, int(np.prod(shape)))) * rng.choice([-1, 1], int(np.prod(shape)))
    return values.astype(np.float32).reshape(shape)


KINDS: dict[str, Any] = {
    "matrix": floats(3, 4),
    "0-d": np.array(1.25, np.float32),
    "size 1": floats(1),
    "empty": np.empty((0, 3), np.float32),
    "non-contiguous": floats(4, 2, 3).transpose(2, 0, 1),
    "negative stride": floats(3, 4)[::-1, ::-1],
    "float64": floats(3, 4).astype(np.float64),
}
BROADCAST = {
    "same": (floats(3, 4), floats(3, 4)),
    "right": (floats(2, 3, 4), floats(4)),
    "left": (floats(3, 1), floats(3, 4)),
    "both": (floats(3, 1), floats(1, 4)),
    "0-d": (floats(3, 4), np.array(-0.75, np.float32)),
    "empty": (np.empty((0, 3), np.float32), floats(3)),
    "non-contiguous": (floats(4, 3).T, floats(2, 3, 4)),
    "negative stride": (floats(3, 4)[:, ::-1], floats(3, 4)[::-1]),
    "float64": (floats(3, 4).astype(np.float64), floats(4).astype(np.float64)),
    "float32 with float64": (floats(3, 4), floats(3, 4).astype(np.float64)),
    "floats with integers": (floats(3, 4), np.array([2, -1, 3, 1])),
}
PRODUCTS = {
    "matrices": (floats(4, 3), floats(3, 5)),
    "vectors": (floats(3), floats(3)),
    "row": (floats(3), floats(3, 5)),
    "column": (floats(4, 3), floats(3)),
    "stack by matrix": (floats(2, 4, 3), floats(3, 5)),
    "stack by vector": (floats(2, 4, 3), floats(3)),
    "vector by stack": (floats(3), floats(2, 3, 5)),
    "stacks": (floats(2, 1, 4, 3), floats(5, 3, 2)),
    "transposed": (floats(3, 4).T, floats(5, 3).T),
    "empty": (np.empty((0, 3), np.float32), floats(3, 2)),
    "float64": (floats(4, 3).astype(np.float64), floats(3, 5).astype(np.float64)),
}
AXES: list[Any] = [None, 0, -1, (0, 2), (1,), (2, 0, 1)]


class Case(NamedTuple):
    op: str
    kind: str
    arrays: tuple[Any, ...]
    run: Callable[..., Any]
    """The same expression for both libraries: (library, *tensors)."""


def functional(name: str, **params: Any) -> Callable[..., Any]:
    """An activation: of torch.nn.functional there, a class here."""
    ours = {"relu": tiny.ReLU(), "gelu": tiny.GELU(**params), "sigmoid": tiny.Sigmoid(), "tanh": tiny.Tanh()}[name]
    return lambda lib, x: ours(x) if lib is tiny else getattr(lib.nn.functional, name)(x, **params)


def unary() -> list[Case]:
    functions: dict[str, Callable[..., Any]] = {
        "negative": lambda lib, x: -x,
        "exp": lambda lib, x: x.exp(),
        "log": lambda lib, x: (x * x).log(),
        "sqrt": lambda lib, x: (x * x).sqrt(),
        "absolute": lambda lib, x: abs(x),
        "power": lambda lib, x: x**3 + x**2 + x**-1 + 1.5**x + x**0,
        "multiply": lambda lib, x: 2 * x * 1.5 - x * x,
        "divide": lambda lib, x: 1 / x + x / 3,
        "subtract": lambda lib, x: 1 - x - 2.5,
        "relu": functional("relu"),
        "sigmoid": functional("sigmoid"),
        "tanh": functional("tanh"),
        "gelu": functional("gelu"),
        "reshape": lambda lib, x: x.reshape(x.shape[::-1]),
        "reduce_sum": lambda lib, x: x.sum(),
        "reduce_mean": lambda lib, x: x.mean(),
    }
    cases = [Case(op, kind, (array,), run) for op, run in functions.items() for kind, array in KINDS.items()]
    by_tanh = functional("gelu", approximate="tanh")
    return cases + [Case("gelu", f"by tanh, {kind}", (array,), by_tanh) for kind, array in KINDS.items()]


def binary() -> list[Case]:
    functions: dict[str, Callable[..., Any]] = {
        "add": lambda lib, a, b: a + b,
        "subtract": lambda lib, a, b: a - b,
        "multiply": lambda lib, a, b: a * b,
        "divide": lambda lib, a, b: a / b,
        "power": lambda lib, a, b: abs(a) ** b,
        "select": lambda lib, a, b: lib.where(a > b, a, b),
    }
    return [Case(op, kind, arrays, run) for op, run in functions.items() for kind, arrays in BROADCAST.items()]


def along(name: str, axis: int) -> Callable[..., Any]:
    """A reduction over one axis; what is max here is amax there."""
    return lambda lib, x: getattr(x, "amax" if name == "max" and lib is not tiny else name)(axis)


def edges() -> list[Case]:
    """Where a formula meets 0 or runs out of digits."""
    bases, exponents = np.float32([0, 0, 0, 0, 2, -2, 1]), np.float32([0, 1, 2, -1, 0, 2, 5])
    zeros = np.float32([0, 1, 4])
    return [
        Case("power", "0 to a power", (bases, exponents), lambda lib, a, b: a**b),
        Case("power", "0 to a root", (zeros,), lambda lib, x: x**0.5 + x**2 + x**1 + x**0),
        Case("power", "of 0", (np.float32([0, 1, 2.5]),), lambda lib, x: 0**x),
        Case("sqrt", "of 0", (zeros,), lambda lib, x: x.sqrt()),
        Case("absolute", "of 0", (zeros,), lambda lib, x: x.abs()),
        Case("log", "of 0", (zeros,), lambda lib, x: x.log()),
        Case("add", "0-d, five times", (np.float32(2.5),), lambda lib, x: (x + 1.0) + (x + 2.0) + (x + 3.0) + x + x),
    ]


def reductions() -> list[Case]:
    x = floats(2, 3, 4)
    cases = []
    for axis in AXES:
        for keepdims in (False, True):
            given: dict[str, Any] = {"axis": axis, "keepdims": keepdims}

            def over(lib: Any, x: Any, name: str, given: dict[str, Any] = given) -> Any:
                axis = tuple(range(3)) if given["axis"] is None else given["axis"]
                if lib is tiny:
                    return getattr(x, name)(**given)
                name = {"max": "amax"}.get(name, name)
                return getattr(x, name)(dim=axis, keepdim=given["keepdims"])

            for name in ("sum", "mean", "max", "var"):
                cases.append(
                    Case(f"reduce_{name}", f"{axis} {keepdims}", (x,), lambda lib, x, n=name, f=over: f(lib, x, n))
                )
    for kind, array in KINDS.items():
        if array.size:
            cases.append(Case("reduce_max", kind, (array,), lambda lib, x: x.max()))
        cases.append(Case("reduce_var", kind, (array,), lambda lib, x: x.var()))
        for axis in {0, -1, max(array.ndim, 1) - 1}:  # a number without axes takes 0 and -1 too
            for name in ("sum", "mean", "max", "var"):
                if name != "max" or array.ndim == 0 or array.shape[axis] > 0:
                    cases.append(Case(f"reduce_{name}", f"{kind}, axis {axis}", (array,), along(name, axis)))
    ties = np.array([[3, 1, 3], [5, 5, 5]], np.float32)
    cases.append(Case("reduce_max", "ties", (ties,), lambda lib, x: x.max(axis=1) if lib is tiny else x.amax(1)))
    return cases


def moves() -> list[Case]:
    x = floats(2, 3, 4)
    keys: dict[str, Any] = {
        "integer": 1,
        "slices": (slice(None), slice(0, 2)),
        "new axis": (0, None, Ellipsis),
        "repeated": ([1, 0, 1, 1],),
        "pairs": ([0, 1, 0], [2, 2, 2]),
        "mixed": (slice(None), [0, 0, 2], 1),
    }
    cases = [Case("index", kind, (x,), lambda lib, x, key=key: x[key]) for kind, key in keys.items()]
    cases += [
        Case("index", "mask", (x,), lambda lib, x: x[x > 0]),
        Case("index", "0-d result", (x,), lambda lib, x: x[1, 2, 3]),
        Case("permute", "order", (x,), lambda lib, x: x.permute(2, 0, 1)),
        Case("permute", "negative", (x,), lambda lib, x: x.permute(-1, 0, 1)),
        Case("transpose", "two axes", (x,), lambda lib, x: x.transpose(0, -1)),
        Case("concatenate", "rows", (x, floats(1, 3, 4)), lambda lib, a, b: lib.cat([a, b, a], dim=0)),
        Case("concatenate", "last", (x, floats(2, 3, 1)), lambda lib, a, b: lib.cat([a, b], dim=-1)),
        Case("concatenate", "stack", (x, floats(2, 3, 4)), lambda lib, a, b: lib.stack([a, b], dim=1)),
    ]
    return cases


def products() -> list[Case]:
    def linear(lib: Any, x: Any, w: Any, *bias: Any) -> Any:
        if lib is not tiny:
            return lib.nn.functional.linear(x, w.transpose(0, 1), *bias)
        layer = tiny.Linear(3, 2, bias=bool(bias))
        layer.weight, layer.bias = w, (bias or (None,))[0]
        return layer(x)

    cases = [Case("matmul", kind, arrays, lambda lib, a, b: a @ b) for kind, arrays in PRODUCTS.items()]
    for kind, shape in {"matrix": (4, 3), "vector": (3,), "stack": (2, 4, 3), "empty": (0, 3)}.items():
        x = floats(*shape) if 0 not in shape else np.empty(shape, np.float32)
        cases += [
            Case("linear", kind, (x, floats(3, 2), floats(2)), linear),
            Case("linear", f"{kind}, no bias", (x, floats(3, 2)), linear),
        ]
    return cases


def losses() -> list[Case]:
    def loss(ours: Any, theirs: str) -> Callable[..., Any]:
        return lambda lib, *t: ours(*t) if lib is tiny else getattr(lib.nn, theirs)()(*t)

    def shares(lib: Any, x: Any, dim: int) -> Any:
        return tiny.Softmax()(x, dim) if lib is tiny else lib.softmax(x, dim)

    def logs(lib: Any, x: Any, dim: int) -> Any:
        return (log_softmax if lib is tiny else lib.log_softmax)(x, dim)

    chances = rng.uniform(0.05, 0.95, (3, 4)).astype(np.float32)
    ids = np.array([2, 0, 1, 1])
    cases = []
    for dim in (-1, 0, 1):
        cases += [
            Case("softmax", f"dim {dim}", (floats(2, 3, 4),), lambda lib, x, d=dim: shares(lib, x, d)),
            Case("log_softmax", f"dim {dim}", (floats(2, 3, 4),), lambda lib, x, d=dim: logs(lib, x, d)),
        ]
    for kind in ("0-d", "size 1", "empty", "non-contiguous", "negative stride", "float64"):
        cases += [
            Case("softmax", kind, (KINDS[kind],), lambda lib, x: shares(lib, x, -1)),
            Case("log_softmax", kind, (KINDS[kind],), lambda lib, x: logs(lib, x, -1)),
        ]
    for dtype in (np.float32, np.float64):
        name, y, t = dtype.__name__, floats(3, 4).astype(dtype), floats(3, 4).astype(dtype)
        p, happened = chances.astype(dtype), chances[::-1].astype(dtype)
        cases += [
            Case("squared_error", name, (y, t), loss(tiny.MSELoss(), "MSELoss")),
            Case("cross_entropy", name, (5 * y.T, ids), loss(tiny.CrossEntropyLoss(), "CrossEntropyLoss")),
            Case("binary_cross_entropy", name, (p, happened), loss(tiny.BinaryCrossEntropyLoss(), "BCELoss")),
        ]
    return cases


CASES = [*unary(), *binary(), *edges(), *reductions(), *moves(), *products(), *losses()]
ELSEWHERE = {
    "tinytorch.core.spatial": "test_spatial.py",
    "tinytorch.core.embeddings": "test_embeddings.py",
    "tinytorch.core.attention": "test_attention.py",
    "tinytorch.core.transformer": "test_transformer.py",
}
"""The file beside this one that compares the rules of a later module with PyTorch's."""


def rules_by_module() -> dict[str, set[str]]:
    """The operations with a rule in a process of their own: lessons that other tests run here add theirs to the table."""
    code = (
        f"import importlib, json\nfor name in {list(ELSEWHERE)}: importlib.import_module(name)\n"
        "from tinytorch.core.autograd import RULES\nprint(json.dumps([[op.__module__, op.__name__] for op in RULES]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, set[str]] = {}
    for module, op in json.loads(done.stdout):
        found.setdefault(module, set()).add(op)
    return found


def test_the_table_has_every_operation_with_a_rule() -> None:
    found = rules_by_module()
    assert set().union(*(ops for module, ops in found.items() if module not in ELSEWHERE)) == {
        case.op for case in CASES
    }


@pytest.mark.parametrize("module", ELSEWHERE)
def test_operations_of_later_modules_are_compared_in_files_of_their_own(module: str) -> None:
    text = Path(__file__).with_name(ELSEWHERE[module]).read_text(encoding="utf-8")
    ops = rules_by_module()[module]
    assert {op for op in ops if not re.search(rf"\b{op}\b", text)} == set()


@pytest.mark.filterwarnings(
    "ignore:.*(empty slice|encountered in):RuntimeWarning", "ignore:.*degrees of freedom:UserWarning"
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}, {case.kind}")
def test_values_and_gradients_are_those_of_pytorch(torch: ModuleType, case: Case) -> None:
    ours = [tiny.Tensor(a, dtype=a.dtype, requires_grad=a.dtype.kind == "f") for a in case.arrays]
    theirs = [torch.from_numpy(np.array(a)).requires_grad_(a.dtype.kind == "f") for a in case.arrays]
    out, expected = case.run(tiny, *ours), case.run(torch, *theirs)
    double = any(a.dtype == np.float64 for a in case.arrays) and not any(a.dtype == np.float32 for a in case.arrays)
    tolerance: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-10} if double else {"rtol": 2e-5, "atol": 2e-6}
    assert out.dtype == expected.detach().numpy().dtype
    np.testing.assert_allclose(out.data, expected.detach().numpy(), **tolerance)
    g = rng.standard_normal(out.shape).astype(out.dtype)
    backward(out, g)
    expected.backward(torch.from_numpy(g))
    for mine, other in zip(ours, theirs, strict=True):
        if mine.requires_grad:
            assert mine.grad is not None
            assert mine.grad.dtype == mine.dtype
            np.testing.assert_allclose(mine.grad, other.grad.numpy(), **tolerance)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_the_gradient_of_gelu_has_the_digits_of_float32_everywhere(torch: ModuleType, approximate: str) -> None:
    values = np.linspace(-9, 9, 40_001, dtype=np.float32)
    x, exact = tiny.Tensor(values, requires_grad=True), torch.from_numpy(values.astype(np.float64)).requires_grad_()
    tiny.GELU(approximate)(x).sum().backward()
    torch.nn.functional.gelu(exact, approximate=approximate).sum().backward()
    np.testing.assert_allclose(x.grad, exact.grad.numpy(), rtol=0, atol=2e-6)


OPERATORS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: (a * b).sum() * a,
]


@settings(max_examples=60, deadline=None)
@given(
    shapes=arrays.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=4),
    operator=st.sampled_from(OPERATORS),
)
def test_any_two_shapes_that_broadcast(
    torch: ModuleType, shapes: arrays.BroadcastableShapes, operator: Callable[[Any, Any], Any]
) -> None:
    values = [rng.standard_normal(shape).astype(np.float32) for shape in shapes.input_shapes]
    ours = [tiny.Tensor(value, requires_grad=True) for value in values]
    theirs = [torch.from_numpy(np.array(value)).requires_grad_() for value in values]
    out, expected = operator(*ours), operator(*theirs)
    assert out.shape == tuple(expected.shape)
    g = np.asarray(rng.standard_normal(out.shape), np.float32)
    backward(out, g)
    expected.backward(torch.from_numpy(g))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-4, atol=1e-4)
