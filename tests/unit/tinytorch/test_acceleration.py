"""Acceleration: every kernel gives what ``a @ b`` and GELU give, with gradients, errors, counts and memory as promised."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinytorch as tiny
import tinytorch_lab
from tinytorch import Tensor
from tinytorch.core.tensor import Event, set_observer
from tinytorch.perf.acceleration import (
    Place,
    by_blas,
    by_tiles,
    contiguous,
    fused_gelu,
    in_one_pass,
    place,
    product_shape,
    starts,
    tile_traffic,
    tiled_matmul,
    vectorized_matmul,
)
from tinytorch.perf.profiling import Profiler

rng = np.random.default_rng(18)
SIZE = st.integers(0, 9)
PRODUCTS = [vectorized_matmul, tiled_matmul]
SHAPES = [
    ((3, 4), (4, 5)),
    ((2, 3, 4), (4, 5)),
    ((3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (6, 4, 5)),
    ((70, 65), (65, 130)),
    ((0, 4), (4, 5)),
    ((3, 0), (0, 5)),
]


@settings(max_examples=200, deadline=None)
@given(SIZE, SIZE, SIZE, st.integers(1, 11), st.sampled_from([(), (1,), (3,), (2, 3)]), st.sampled_from([(), (3,)]))
def test_kernels_give_what_the_operator_gives(m: int, k: int, n: int, t: int, left: Any, right: Any) -> None:
    a, b = rng.standard_normal((*left, m, k)), rng.standard_normal((*right, k, n))
    expected = a @ b
    for got in (by_blas(a, b), by_tiles(a, b, t)):
        assert got.shape == expected.shape == product_shape(a.shape, b.shape)
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(("one", "other"), [("float32", "float32"), ("float32", "float64"), ("int16", "int64")])
def test_products_keep_the_dtype_of_the_operator(product: Any, one: str, other: str) -> None:
    a, b = Tensor(np.arange(6).reshape(2, 3), dtype=one), Tensor(np.arange(12).reshape(3, 4), dtype=other)
    got = product(a, b)
    assert got.dtype == (a @ b).dtype
    np.testing.assert_array_equal(got.data, (a @ b).data)


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3), (2, 3)), ((3,), (3, 2)), ((2, 3), (3,)), ((), (3, 2)), ((2, 4, 3), (5, 3, 6)), ((2, 2, 3), (2, 4, 2))],
)
def test_what_does_not_fit_is_refused_with_both_shapes(product: Any, left: Any, right: Any) -> None:
    with pytest.raises(ValueError, match=r"shapes|multiply") as caught:
        product(np.ones(left), np.ones(right))
    assert str(left) in str(caught.value)
    assert str(right) in str(caught.value)


@pytest.mark.parametrize("size", [0, -3])
def test_sizes_below_one_are_refused(size: int) -> None:
    matrix = np.ones((4, 3))
    for refused in (
        lambda: tiled_matmul(matrix, matrix.T, size),
        lambda: contiguous(matrix.T, size),
        lambda: in_one_pass(matrix, size=size),
        lambda: tile_traffic(2, 2, 2, size),
    ):
        with pytest.raises(ValueError, match=str(size)):
            refused()


def gradients(product: Any, a: Any, b: Any) -> list[Any]:
    x, w = Tensor(a, requires_grad=True), Tensor(b, requires_grad=True)
    y = product(x, w)
    (y * y).sum().backward()
    return [y.data, x.grad, w.grad]


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_products_have_the_gradients_of_the_operator(product: Any, left: Any, right: Any) -> None:
    a, b = rng.standard_normal(left), rng.standard_normal(right)
    for got, expected in zip(gradients(product, a, b), gradients(Tensor.matmul, a, b), strict=True):
        assert got.dtype == expected.dtype == np.float32
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("word", ["none", "tanh"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fused_gelu_has_the_values_and_gradients_of_gelu(word: str, dtype: str) -> None:
    values = np.concatenate([4 * rng.standard_normal(40_000), [0, -0.0, 1e-30, 30, -30, 1e30, -1e30]])
    found = []
    for function in (lambda x: fused_gelu(x, word), tiny.GELU(word)):
        x = Tensor(values, requires_grad=True, dtype=dtype)
        y = function(x)
        y.sum().backward()
        assert y.dtype == np.dtype(dtype)
        found.append((y.data, x.grad))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_array_equal(found[0][1], found[1][1])


def test_fused_gelu_is_that_of_pytorch(torch: ModuleType) -> None:
    values = (4 * rng.standard_normal((50, 70))).astype(np.float32)
    for word in ("none", "tanh"):
        x = torch.tensor(values, requires_grad=True)
        y = torch.nn.functional.gelu(x, approximate=word)
        y.sum().backward()
        ours = Tensor(values, requires_grad=True)
        out = fused_gelu(ours, word)
        out.sum().backward()
        np.testing.assert_allclose(out.data, y.detach().numpy(), rtol=1e-5, atol=2e-6)
        np.testing.assert_allclose(ours.grad, x.grad.numpy(), rtol=1e-4, atol=5e-6)


def test_huge_numbers_make_no_warning() -> None:
    big = np.array([1e30, -1e30, 3.4e38, -3.4e38], dtype=np.float32)
    for word in ("none", "tanh"):
        np.testing.assert_array_equal(fused_gelu(Tensor(big), word).data, np.maximum(big, 0))


def test_gelu_of_integers_and_of_other_words() -> None:
    whole = fused_gelu(Tensor([-1, 0, 2]))
    assert whole.dtype == np.float32
    np.testing.assert_allclose(whole.data, tiny.GELU()(Tensor([-1, 0, 2])).data)
    with pytest.raises(ValueError, match="erf"):
        fused_gelu(Tensor([1.0]), "erf")
    with pytest.raises(ValueError, match="erf"):
        fused_gelu(Tensor([1.0], dtype=np.float64), "erf")


@settings(max_examples=100, deadline=None)
@given(st.permutations([0, 1, 2]), st.tuples(SIZE, SIZE, SIZE), st.integers(1, 4), st.integers(1, 3))
def test_contiguous_is_a_view_or_a_copy_in_order(order: Any, shape: Any, tile_size: int, step: int) -> None:
    x = rng.standard_normal(shape).transpose(order)[::step, :, ::-step]
    got = contiguous(x, tile_size)
    np.testing.assert_array_equal(got, x)
    assert got.flags.c_contiguous
    assert (got is x) == x.flags.c_contiguous


def test_a_profiler_counts_the_operation_whichever_kernel_runs() -> None:
    heard: list[Event] = []

    class Model(tiny.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return fused_gelu(tiled_matmul(vectorized_matmul(x, np.ones((4, 6))), np.ones((6, 2))))

    model = Model()
    assert Profiler().count_flops(model, (3, 5, 4)) == 15 * (2 * 4 * 6 + 2 * 6 * 2 + 5 * 2)
    with tinytorch_lab.measure() as m:
        model(Tensor(np.ones((3, 5, 4)), requires_grad=True)).sum().backward()
    products = {op.phase: op.flops for op in m.ops if op.name == "matmul"}
    assert products == {"forward": 15 * (2 * 4 * 6 + 2 * 6 * 2), "backward": 15 * (2 * 4 * 6 + 2 * 6 * 2)}
    before = set_observer(heard.append)
    try:
        fused_gelu(Tensor([1.0]))
    finally:
        set_observer(before)
    assert [event.op for event in heard] == ["gelu"]


def test_traffic_falls_from_two_numbers_a_product_to_each_array_once() -> None:
    m, k, n = 12, 20, 28
    traffic = [tile_traffic(m, k, n, t, 1) for t in (1, 2, 4, 8, 28)]
    assert traffic == sorted(traffic, reverse=True)
    assert traffic[0] == 2 * m * k * n + m * n
    assert traffic[-1] == m * k + k * n + m * n
    assert list(starts(7, 3)) == [0, 3, 6]


def test_places_left_and_right_of_the_ridge() -> None:
    assert place(200, 100, 2, 100, 50) == Place(2.0, "compute", 100, 1.0)
    assert place(100, 100, 4, 100, 50) == Place(1.0, "memory", 50, 0.5)
    assert place(1, 0, 1, 100, 50) == Place(math.inf, "overhead", 100, 0.01)
