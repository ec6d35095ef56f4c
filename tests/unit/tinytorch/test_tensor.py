"""The tensor against NumPy's arithmetic, its seams, and what it refuses."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tinytorch.core import tensor as core
from tinytorch.core.tensor import Event, Tensor, add, apply, cat, set_grad_enabled, set_observer, stack, where

rng = np.random.default_rng(7)
A, B = rng.standard_normal((2, 3, 4)), rng.standard_normal((3, 1))
M, N = rng.standard_normal((2, 4, 3)), rng.standard_normal((3, 5))
COUNTS = np.array([[3, -1, 2], [5, 0, 7]])


def same(got: Tensor, expected: Any, dtype: Any = np.float32) -> None:
    assert isinstance(got, Tensor)
    assert isinstance(got.data, np.ndarray)
    assert got.dtype == dtype
    assert got.shape == np.shape(expected)
    np.testing.assert_allclose(got.data, expected, rtol=1e-5, atol=1e-6)


OPERATORS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: abs(a) ** b,
]


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_take_tensors_arrays_and_numbers_on_either_side(operator: Callable[[Any, Any], Any]) -> None:
    a, b = Tensor(A), Tensor(B)
    same(operator(a, b), operator(A, B))
    same(operator(a, B), operator(A, B))
    same(operator(A, b), operator(A, B))
    same(operator(a, 2.5), operator(A, 2.5))
    same(operator(2.5, a), operator(2.5, A))
    same(operator(a, np.float64(2.5)), operator(A, 2.5))
    same(operator(np.float64(2.5), a), operator(2.5, A))


COMPARISONS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
]


@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparisons_are_elementwise_and_boolean(compare: Callable[[Any, Any], Any]) -> None:
    for other in (2, COUNTS[0], COUNTS):
        same(compare(Tensor(COUNTS), other), compare(COUNTS, other), bool)
        same(compare(other, Tensor(COUNTS)), compare(other, COUNTS), bool)
        same(compare(Tensor(COUNTS), Tensor(other)), compare(COUNTS, other), bool)


def test_a_tensor_is_no_other_kind_of_object_and_a_key_by_identity() -> None:
    a = Tensor([1.0])
    assert (a == None) is False  # noqa: E711
    assert (a != "text") is True
    assert {a: 1}[a] == 1
    assert len({a, Tensor([1.0])}) == 2


@pytest.mark.parametrize(
    ("got", "expected", "dtype"),
    [
        (Tensor(COUNTS) + 1, COUNTS + 1, np.int64),
        (Tensor(COUNTS) * 2.5, COUNTS * 2.5, np.float32),
        (Tensor(COUNTS) / 2, COUNTS / 2, np.float32),
        (Tensor(COUNTS) + Tensor(COUNTS * 0.5), COUNTS * 1.5, np.float32),
        (Tensor(COUNTS) * np.full(3, 0.5), COUNTS * 0.5, np.float32),
        (Tensor(COUNTS).mean(), COUNTS.mean(), np.float32),
        (Tensor(COUNTS > 0).sum(axis=1), [2, 2], np.int64),
        (Tensor(np.array([200, 100], np.uint8)).sum(), 300, np.int64),
        (Tensor(COUNTS.astype(np.int8)).exp(), np.exp(COUNTS), np.float32),
        (Tensor(A, dtype=np.float64) * 2.5, A * 2.5, np.float64),
        (Tensor(A, dtype=np.float64) * B, A * B, np.float64),
        (Tensor(A, dtype=np.float64) + Tensor(B), A + B, np.float64),
        (Tensor(A, dtype=np.float16) * 1.0, A.astype(np.float16), np.float16),
        (where(Tensor(COUNTS) > 2, 1.0, 0.0), COUNTS > 2, np.float32),
        (-Tensor(COUNTS), -COUNTS, np.int64),
    ],
)
def test_the_dtype_of_a_result_is_that_of_its_tensors(got: Tensor, expected: Any, dtype: Any) -> None:
    same(got, expected, dtype)


def test_float64_is_kept_with_all_its_digits() -> None:
    got = Tensor([1.0], dtype=np.float64) + Tensor([1e-12], dtype=np.float64) * np.array([0.1])
    assert got.item() == 1.0 + 1e-13


def test_a_tensor_shares_what_fits_and_converts_the_rest() -> None:
    floats = np.zeros(3, dtype=np.float32)
    assert np.shares_memory(Tensor(floats).data, floats)
    assert np.shares_memory(Tensor(floats).detach().numpy(), floats)
    assert Tensor(np.zeros(3)).dtype == np.float32
    assert Tensor(Tensor([0.1], dtype=np.float64)).dtype == np.float64
    assert Tensor([16_777_217]).item() == 16_777_217


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(axis: Any, keepdims: bool) -> None:
    x = Tensor(A)
    same(x.sum(axis, keepdims), A.sum(axis, keepdims=keepdims))
    same(x.mean(axis, keepdims), A.mean(axis, keepdims=keepdims))
    same(x.max(axis, keepdims), A.max(axis, keepdims=keepdims))
    same(x.var(axis, keepdims), A.var(axis, ddof=1, keepdims=keepdims))
    same(x.var(axis, keepdims, ddof=0), A.var(axis, keepdims=keepdims))


def test_elementwise_functions() -> None:
    x = Tensor(A)
    same(x.exp(), np.exp(A))
    same(x.abs().log(), np.log(np.abs(A)))
    same(x.abs().sqrt(), np.sqrt(np.abs(A)))
    same(abs(x), np.abs(A))
    same(-x, -A)


def test_matrix_products() -> None:
    same(Tensor(M) @ Tensor(N), M @ N)
    same(Tensor(M).matmul(N), M @ N)
    same(M @ Tensor(N), M @ N)
    same(Tensor(M[0]) @ Tensor(N[:, 0]), M[0] @ N[:, 0])
    same(Tensor(N[:, 0]) @ Tensor(N), N[:, 0] @ N)
    same(Tensor(N[:, 0]) @ Tensor(N[:, 1]), N[:, 0] @ N[:, 1])


def test_shapes() -> None:
    x = Tensor(A)
    same(x.reshape(6, -1), A.reshape(6, 4))
    same(x.reshape((4, 6)), A.reshape(4, 6))
    same(x.transpose(), np.swapaxes(A, 1, 2))
    same(x.transpose(0, -1), np.swapaxes(A, 0, 2))
    same(x.permute(2, 0, 1), A.transpose(2, 0, 1))
    same(x.permute((1, 2, 0)), A.transpose(1, 2, 0))
    same(x.T, A.T)
    for view in (x.reshape(24), x.transpose(), x.permute(1, 0, 2), x.T, x[1], x[:, 1:]):
        assert np.shares_memory(view.data, x.data)
    assert (x.shape, x.size, x.ndim, len(x)) == ((2, 3, 4), 24, 3, 2)


@pytest.mark.parametrize(
    "key",
    [1, -1, slice(0, 2), (0, 1), (slice(None), [0, 2]), (..., 1), None, np.array([1, 0, 1]), A > 0, (0, A[0] > 0)],
)
def test_indexing(key: Any) -> None:
    same(Tensor(A)[key], A[key])


def test_tensors_are_indices() -> None:
    x = Tensor(A)
    same(x[Tensor([1, 0, 1])], A[[1, 0, 1]])
    same(x[x > 0], A[A > 0])
    same(x[0, Tensor([2, 2]), 1:], A[0, [2, 2], 1:])
    for row, expected in zip(x, A, strict=True):
        same(row, expected)


def test_a_number_has_no_axes_and_takes_0_and_minus_1_for_all() -> None:
    for axis in (0, -1):
        x = Tensor(2.5, requires_grad=True)
        (x.sum(axis) + x.mean(axis) + x.max(axis) + x.var(axis, ddof=0)).backward()
        assert x.grad == 3
    with pytest.raises(ValueError, match=r"0 dimensions have the axes -1 to 0"):
        Tensor(2.5).mean(1)


def test_joining_and_choosing() -> None:
    x = Tensor(A)
    same(cat([x, x[:1]]), np.concatenate([A, A[:1]]))
    same(cat((x, x), dim=-1), np.concatenate([A, A], axis=-1))
    for dim in (0, 1, -1):
        same(stack([x, x * 2], dim), np.stack([A, A * 2], axis=dim))
    same(where(x > 0, x, B), np.where(A > 0, A, B))
    same(where(A > 0, 0.0, x), np.where(A > 0, 0, A))


def test_one_element_is_a_number_and_a_truth() -> None:
    assert Tensor([[2.5]]).item() == 2.5
    assert isinstance(Tensor([3]).item(), int)
    assert bool(Tensor([0.0])) is False
    assert float(Tensor([[3]])) == 3.0
    assert int(Tensor(-2.5)) == -2
    assert np.asarray(Tensor([1, 2])).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("error", "message", "attempt"),
    [
        (ValueError, r"\(2, 3\) and \(4,\).*3 and 4", lambda: Tensor(np.ones((2, 3))) + Tensor(np.ones(4))),
        (ValueError, r"\(2, 3\) and \(4,\)", lambda: Tensor(np.ones((2, 3))) < np.ones(4)),
        (ValueError, r"\(2, 3\) by \(2, 3\).*3 and 2", lambda: Tensor(np.ones((2, 3))) @ Tensor(np.ones((2, 3)))),
        (ValueError, r"shapes \(\) and", lambda: 2.0 @ Tensor([1.0])),
        (ValueError, r"\(2, 3\) \(6 elements\) into \(4,\)", lambda: Tensor(np.ones((2, 3))).reshape(4)),
        (ValueError, "axis 2", lambda: Tensor(np.ones((2, 3))).sum(axis=2)),
        (ValueError, "Axis -3", lambda: Tensor(np.ones((2, 3))).mean(axis=-3)),
        (ValueError, "two axes", lambda: Tensor(np.ones((2, 3))).transpose(0)),
        (ValueError, "all 2 axes", lambda: Tensor(np.ones((2, 3))).permute(1)),
        (ValueError, "equal length", lambda: Tensor([[1, 2], [3]])),
        (ValueError, "size 1", lambda: Tensor([1, 2]).item()),
        (ValueError, "size 1", lambda: bool(Tensor([1, 2]))),
        (ValueError, "at least one", lambda: cat([])),
        (ValueError, "dimension", lambda: stack([Tensor([1.0]), Tensor([1.0, 2.0])])),
        (IndexError, "5", lambda: Tensor([1, 2])[5]),
        (TypeError, "<U4", lambda: Tensor("text")),
        (TypeError, "list", lambda: Tensor([1.0]) * [1.0]),
        (TypeError, "NoneType", lambda: Tensor([1.0]) < None),
        (TypeError, "complex", lambda: Tensor([1.0]) * np.array([1j])),
        (TypeError, "boolean", lambda: where(Tensor([1, 0]), 1, 2)),
        (TypeError, "int64", lambda: Tensor([1, 2], requires_grad=True)),
        (TypeError, "unsized", lambda: len(Tensor(1.0))),
        (TypeError, "unsized", lambda: iter(Tensor(1.0))),
    ],
)
def test_what_does_not_fit_is_refused_with_the_numbers(error: Any, message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(error, match=message):
        attempt()


def test_the_representation_shows_values_and_shape_and_never_an_address() -> None:
    text = repr(Tensor(np.arange(1000.0).reshape(10, 100), requires_grad=True))
    assert "(10, 100)" in text
    assert "float32" in text
    assert "requires_grad=True" in text
    assert "0x" not in text
    assert len(text) < 600
    assert repr(Tensor([1.5])) == "Tensor([1.5], shape=(1,), dtype=float32)"


# The seams: what apply remembers, the observer, and the way to backward.


def test_apply_remembers_only_what_requires_a_gradient() -> None:
    plain, tracked = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=True)
    out = (plain + tracked).sum(axis=0)
    assert out.requires_grad
    assert out.params == {"axis": 0, "keepdims": False}
    (inner,) = out.inputs
    assert (inner.op, inner.inputs) == (add, (plain, tracked))
    for untracked in (plain + 1, tracked > 3, tracked.detach() + 1, Tensor([0, 1])[tracked > 3]):
        assert not untracked.requires_grad
        assert (untracked.op, untracked.inputs) == (None, ())


def test_one_whole_number_is_an_index_as_in_pytorch() -> None:
    assert ["a", "b", "c"][Tensor(2)] == "c"
    assert list(range(Tensor(3))) == [0, 1, 2]
    with pytest.raises(TypeError, match="only integer"):
        ["a"][Tensor(0.0)]
    with pytest.raises(TypeError, match="only integer"):
        ["a"][Tensor([0, 0])]


def test_remembering_can_be_switched_off_and_on() -> None:
    tracked = Tensor([3.0], requires_grad=True)
    assert set_grad_enabled(False) is True
    try:
        assert not (tracked * 2).requires_grad
    finally:
        assert set_grad_enabled(True) is False
    assert (tracked * 2).requires_grad


@pytest.fixture
def events() -> Iterator[list[Event]]:
    seen: list[Event] = []
    previous = set_observer(seen.append)
    yield seen
    assert set_observer(previous) == seen.append


def test_an_observer_is_told_about_every_operation(events: list[Event]) -> None:
    x = Tensor([[1.0, 2.0]])
    total = (x @ x.T).sum()
    assert [event.op for event in events] == ["permute", "matmul", "reduce_sum"]
    last = events[-1]
    assert last.output is total
    assert last.inputs[0] is events[1].output
    assert (last.params, last.phase) == ({"axis": None, "keepdims": False}, "forward")
    assert last.seconds >= 0


def test_no_observer_is_told_nothing(events: list[Event]) -> None:
    previous = set_observer(None)
    apply(add, Tensor([1.0]), 1)
    set_observer(previous)
    assert events == []


def test_backward_finds_its_module_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    class Engine:
        @staticmethod
        def backward(tensor: Tensor, g: Any) -> None:
            calls.append((tensor, g))

    monkeypatch.setitem(sys.modules, "tinytorch.core.autograd", Engine)  # type: ignore[arg-type]
    loss = Tensor(2.0, requires_grad=True)
    loss.backward()
    loss.backward(3.0)
    assert calls == [(loss, None), (loss, 3.0)]


def test_without_that_module_backward_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tinytorch.core.autograd", None)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="gradients come in module 05"):
        Tensor(2.0, requires_grad=True).backward()


def test_a_fault_inside_of_that_module_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'absent'", name="absent")

    monkeypatch.setattr(core.importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="absent"):
        Tensor(2.0, requires_grad=True).backward()
