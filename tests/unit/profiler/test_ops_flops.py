"""Flops of operations equal counts that are written out here."""

from __future__ import annotations

from typing import Any

import pytest

from tinytorch_lab.profiler.ops.flops import BACKWARD, FORWARD, backward_flops, forward_flops

FORWARD_CASES: dict[str, tuple[str, list[tuple[int, ...]], tuple[int, ...], dict[str, Any], int]] = {
    "matrices": ("matmul", [(3, 5), (5, 7)], (3, 7), {}, 2 * 3 * 5 * 7),
    "row and matrix": ("matmul", [(5,), (5, 7)], (7,), {}, 2 * 5 * 7),
    "matrix and column": ("matmul", [(3, 5), (5,)], (3,), {}, 2 * 3 * 5),
    "row and column": ("matmul", [(5,), (5,)], (), {}, 2 * 5),
    "a stack": ("matmul", [(4, 3, 5), (4, 5, 7)], (4, 3, 7), {}, 4 * 2 * 3 * 5 * 7),
    "stacks that broadcast": ("matmul", [(2, 1, 3, 5), (4, 5, 7)], (2, 4, 3, 7), {}, 2 * 4 * 2 * 3 * 5 * 7),
    "a stack and one matrix": ("matmul", [(4, 3, 5), (5, 7)], (4, 3, 7), {}, 4 * 2 * 3 * 5 * 7),
    "no inner size": ("matmul", [(3, 0), (0, 7)], (3, 7), {}, 0),
    "add": ("add", [(3, 5), (3, 5)], (3, 5), {}, 3 * 5),
    "add, broadcast": ("add", [(3, 1), (5,)], (3, 5), {}, 3 * 5),
    "a number": ("multiply", [(3, 5), ()], (3, 5), {}, 3 * 5),
    "nothing": ("add", [(0, 5), (0, 5)], (0, 5), {}, 0),
    "exp counts 1": ("exp", [(7, 2)], (7, 2), {}, 7 * 2),
    "comparison": ("greater", [(7, 2), ()], (7, 2), {}, 7 * 2),
    "sum": ("reduce_sum", [(3, 5, 7)], (3, 7), {"axis": 1}, 3 * 5 * 7),
    "mean": ("reduce_mean", [(3, 5)], (), {}, (3 * 5 - 1) + 1),  # sums, one division
    "variance": ("reduce_var", [(3, 5)], (3,), {"axis": 1}, (4 + 1) * 3 + 5 * 3 + 5 * 3 + (4 + 1) * 3),
    "reshape": ("reshape", [(3, 5)], (15,), {}, 0),
    "split heads": ("split_heads", [(2, 3, 8)], (2, 4, 3, 2), {"num_heads": 4}, 0),
    "merge heads": ("merge_heads", [(2, 4, 3, 2)], (2, 3, 8), {}, 0),
    "index": ("index", [(30, 5)], (3, 5), {}, 0),
    "concatenate": ("concatenate", [(3, 5), (2, 5)], (5, 5), {}, 0),
    "sigmoid: -x, exp, 1 +, 1 /": ("sigmoid", [(3, 5)], (3, 5), {}, 4 * 15),
    "relu": ("relu", [(3, 5)], (3, 5), {}, 15),
    "softmax": ("softmax", [(3, 5)], (3, 5), {}, 15 + 15 + 15 + 15 + 15),
    "linear": ("linear", [(4, 3, 5), (5, 7), (7,)], (4, 3, 7), {}, 4 * 3 * 2 * 5 * 7 + 4 * 3 * 7),
    "linear without bias": ("linear", [(3, 5), (5, 7)], (3, 7), {}, 3 * 2 * 5 * 7),
    "convolution": (
        "conv2d",
        [(2, 3, 9, 8), (6, 3, 3, 2), (6,)],
        (2, 6, 7, 7),
        {"stride": 1},
        (2 * 6 * 7 * 7) * (2 * 3 * 3 * 2 + 1),
    ),
    "max pooling": ("max_pool2d", [(2, 3, 8, 8)], (2, 3, 3, 3), {"kernel_size": 3, "stride": 2}, 2 * 3 * 3 * 3 * 9),
    "average pooling": ("avg_pool2d", [(1, 1, 4, 6)], (1, 1, 2, 2), {"kernel_size": (2, 3)}, 4 * (5 + 1)),
    "layer norm": ("layer_norm", [(4, 6), (6,), (6,)], (4, 6), {}, 24 * (1 + 1 + 1 + 1 + 1 + 1 + 1)),
    "batch norm": ("batch_norm", [(2, 3, 4, 4), (3,), (3,)], (2, 3, 4, 4), {"training": True}, 96 * (5 + 2)),
    "batch norm of a trained model": (
        "batch_norm",
        [(2, 3, 4, 4), (3,), (3,)],
        (2, 3, 4, 4),
        {"training": False},
        96 * (1 + 1 + 1 + 1),
    ),
    "binary cross entropy": ("binary_cross_entropy", [(8, 1), (8, 1)], (), {}, 9 * 8),
    "attention": (
        "attention",
        [(2, 4, 5, 8), (2, 4, 7, 8), (2, 4, 7, 6)],
        (2, 4, 5, 6),
        {},
        2 * 4 * (2 * 5 * 7 * 8 + 2 * 5 * 7 * 6 + 5 * 7 + 5 * 5 * 7),
    ),
    "embedding": ("embedding", [(100, 16), (3, 5)], (3, 5, 16), {}, 0),
    "cross entropy": ("cross_entropy", [(8, 10), (8,)], (), {}, 80 + 80 + 80 + 80),
    "squared error": ("squared_error", [(8, 10), (8, 10)], (), {}, 80 + 80 + 80),
    "gelu: x / c, erf, 1 +, * x, / 2": ("gelu", [(3, 5)], (3, 5), {"approximate": "none"}, 5 * 15),
    "gelu by tanh": ("gelu", [(3, 5)], (3, 5), {"approximate": "tanh"}, 15 * (2 + 1 + 1 + 1 + 1 + 1 + 1 + 1)),
}
BACKWARD_CASES: dict[str, tuple[str, list[tuple[int, ...]], tuple[int, ...], list[bool], dict[str, Any], int]] = {
    "matmul, both": ("matmul", [(3, 5), (5, 7)], (3, 7), [True, True], {}, 2 * 3 * 7 * 5 + 2 * 5 * 3 * 7),
    "matmul, weights alone": ("matmul", [(3, 5), (5, 7)], (3, 7), [False, True], {}, 2 * 5 * 3 * 7),
    "matmul, shared weights are summed up": (
        "matmul",
        [(4, 3, 5), (5, 7)],
        (4, 3, 7),
        [True, True],
        {},
        4 * 2 * 3 * 7 * 5 + 4 * 2 * 5 * 3 * 7 + 4 * 5 * 7,
    ),
    "matmul of row and column": ("matmul", [(5,), (5,)], (), [True, True], {}, 10 + 10),
    "add": ("add", [(3, 5), (3, 5)], (3, 5), [True, True], {}, 0),
    "add, a bias is summed up": ("add", [(3, 5), (5,)], (3, 5), [True, True], {}, 15),
    "subtract": ("subtract", [(3, 5), (3, 5)], (3, 5), [True, True], {}, 15),
    "multiply": ("multiply", [(3, 5), ()], (3, 5), [True, False], {}, 15),
    "divide": ("divide", [(3, 5), (3, 5)], (3, 5), [True, True], {}, 15 + 3 * 15),
    "linear": ("linear", [(3, 5), (5, 7), (7,)], (3, 7), [True, True, True], {}, 2 * 2 * 3 * 5 * 7 + 21),
    "first layer": ("linear", [(3, 5), (5, 7), (7,)], (3, 7), [False, True, True], {}, 2 * 3 * 5 * 7 + 21),
    "convolution": (
        "conv2d",
        [(2, 3, 9, 8), (6, 3, 3, 2)],
        (2, 6, 7, 7),
        [True, True],
        {},
        2 * (2 * 6 * 7 * 7) * (2 * 3 * 3 * 2),
    ),
    "reshape": ("reshape", [(3, 5)], (15,), [True], {}, 0),
    "split heads": ("split_heads", [(2, 3, 8)], (2, 4, 3, 2), [True], {"num_heads": 4}, 0),
    "merge heads": ("merge_heads", [(2, 4, 3, 2)], (2, 3, 8), [True], {}, 0),
    "softmax": ("softmax", [(3, 5)], (3, 5), [True], {}, 4 * 15),
    "index": ("index", [(30, 5)], (3, 5), [True], {}, 15),
    "embedding: rows of equal ids are added up": ("embedding", [(100, 16), (3, 5)], (3, 5, 16), [True, False], {}, 240),
    "convolution of the first layer": (
        "conv2d",
        [(2, 3, 9, 8), (6, 3, 3, 2), (6,)],
        (2, 6, 7, 7),
        [False, True, True],
        {},
        2 * 6 * 7 * 7 * (2 * 3 * 3 * 2) + 2 * 6 * 7 * 7,
    ),
    "max pooling: g to one place of each window": ("max_pool2d", [(2, 3, 8, 8)], (2, 3, 4, 4), [True], {}, 2 * 3 * 16),
    "average pooling: g / 6, added to 6 places": (
        "avg_pool2d",
        [(1, 1, 4, 6)],
        (1, 1, 2, 2),
        [True],
        {"kernel_size": (2, 3)},
        4 + 4 * 6,
    ),
    # h = g * gamma (1), h * n and both sums (3), two subtractions, one product, one more by 1 / std (4); g * n, sums (2 + 1)
    "layer norm": ("layer_norm", [(4, 6), (6,), (6,)], (4, 6), [True, True, True], {}, 24 * (1 + 3 + 4) + 24 * (2 + 1)),
    "layer norm of data": ("layer_norm", [(4, 6), (6,), (6,)], (4, 6), [False, True, True], {}, 24 * (2 + 1)),
    "batch norm": ("batch_norm", [(2, 3, 4, 4), (3,), (3,)], (2, 3, 4, 4), [True, True, True], {}, 96 * (8 + 2 + 1)),
    "attention: the gradients of q, k, v and of the shares": (
        "attention",
        [(2, 4, 5, 8), (2, 4, 7, 8), (2, 4, 7, 6)],
        (2, 4, 5, 6),
        [True, True, True],
        {},
        # g @ v.T and shares.T @ g (E = 6), slope @ k and slope.T @ q (D = 8), softmax's rule (4) and the scale (1)
        2 * 4 * (2 * (2 * 5 * 7 * 6) + 2 * (2 * 5 * 7 * 8) + 5 * (5 * 7)),
    ),
    "gelu: P (4), p (4), x * p, +, g *": ("gelu", [(3, 5)], (3, 5), [True], {"approximate": "none"}, 15 * (4 + 4 + 3)),
    "cross entropy: softmax (4), minus 1, g / rows": ("cross_entropy", [(8, 10), (8,)], (), [True, False], {}, 6 * 80),
    "squared error": ("squared_error", [(8, 10), (8, 10)], (), [True, False], {}, 80 + 80),
    "binary cross entropy": ("binary_cross_entropy", [(8, 1), (8, 1)], (), [True, False], {}, 5 * 8),
}


@pytest.mark.parametrize(("op", "shapes", "output", "params", "flops"), FORWARD_CASES.values(), ids=FORWARD_CASES)
def test_forward(
    op: str, shapes: list[tuple[int, ...]], output: tuple[int, ...], params: dict[str, Any], flops: int
) -> None:
    assert forward_flops(op, shapes, output, params) == flops


@pytest.mark.parametrize(
    ("op", "shapes", "output", "needed", "params", "flops"), BACKWARD_CASES.values(), ids=BACKWARD_CASES
)
def test_backward(
    op: str,
    shapes: list[tuple[int, ...]],
    output: tuple[int, ...],
    needed: list[bool],
    params: dict[str, Any],
    flops: int,
) -> None:
    assert backward_flops(op, shapes, output, needed, params) == flops


def test_an_operation_without_formula_is_unknown_not_free() -> None:
    assert forward_flops("my_own", [(3, 5)], (3, 5), {}) is None
    assert backward_flops("my_own", [(3, 5)], (3, 5), [True], {}) is None


def test_shapes_that_are_not_those_of_the_operation_are_unknown() -> None:
    assert forward_flops("conv2d", [(3, 9), (3, 2)], (2, 6), {}) is None
    assert forward_flops("max_pool2d", [(1, 1, 4, 4)], (1, 1, 2, 2), {"size": 2}) is None
    assert forward_flops("matmul", [(), ()], (), {}) is None
    assert backward_flops("add", [(3,)], (3,), [True], {}) is None


def test_whatever_has_a_gradient_rule_has_a_forward_formula() -> None:
    assert set(BACKWARD) - set(FORWARD) == set()
