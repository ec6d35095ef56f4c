"""Quantization: round trips of generated arrays, exact integer products, layers and models, and PyTorch's values."""

import copy
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tinytorch as tiny
from tinytorch.core.tensor import set_observer
from tinytorch.perf.quantization import (
    LONGEST,
    QuantizedLinear,
    Quantizer,
    Watched,
    compare_model_sizes,
    dequantize_int8,
    int8_matmul,
    model_bytes,
    quantize_int8,
    quantize_model,
    shifted_matmul,
)

rng = np.random.default_rng(15)
FLOATS = st.floats(-(2.0**100), 2.0**100, width=32)


def covered(x: Any, axis: Any = None) -> Any:
    return np.maximum(x.max(axis=axis, initial=0), 0) - np.minimum(x.min(axis=axis, initial=0), 0)


@settings(max_examples=200, deadline=None)
@given(arrays.arrays(np.float32, arrays.array_shapes(max_dims=3, max_side=6), elements=FLOATS))
def test_the_round_trip_is_within_half_a_step_of_the_covered_range(x: Any) -> None:
    q, scale, zero_point = quantize_int8(x)
    back = dequantize_int8(q, scale, zero_point).data
    assert q.dtype == np.int8
    assert -128 <= zero_point <= 127
    assert np.abs(back.astype(np.float64) - x).max() <= 0.501 * covered(x.astype(np.float64)) / 255 + 1e-45
    assert np.all(back[x == 0] == 0), "zero stays zero"


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.float32, (4, 3), elements=FLOATS))
def test_each_column_is_within_half_a_step_of_its_own_range(x: Any) -> None:
    back = dequantize_int8(*quantize_int8(x, axis=1)).data
    assert np.all(
        np.abs(back.astype(np.float64) - x).max(axis=0) <= 0.501 * covered(x.astype(np.float64), 0) / 255 + 1e-45
    )


@pytest.mark.parametrize("values", [[5, 6, 7], [-7, -6, -5], [100.0, 100.5], [3.0], [0.0, 0.0]])
def test_numbers_on_one_side_of_zero_do_not_collapse(values: list[float]) -> None:
    q, scale, zero_point = quantize_int8(tiny.Tensor(values))
    assert len(set(q.data.tolist())) == len(set(values))
    np.testing.assert_allclose(
        dequantize_int8(q, scale, zero_point).data, values, atol=covered(np.array(values)) / 510 + 1e-6
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        quantize_int8(tiny.Tensor([1.0, bad]))
    with pytest.raises(ValueError, match="finite"):
        quantize_int8(np.ones(2), limits=(0, bad))
    layer = QuantizedLinear(tiny.Linear(2, 2), (0, 1))
    with pytest.raises(ValueError, match="finite"):
        layer(tiny.Tensor([[1.0, bad]]))
    with pytest.raises(ValueError, match="finite"):
        QuantizedLinear(tiny.Linear(2, 2), (0, bad))


def test_a_tensor_without_axes() -> None:
    q, scale, zero_point = quantize_int8(tiny.Tensor(2.5))
    assert (q.shape, q.item(), zero_point) == ((), 127, -128)
    assert dequantize_int8(q, scale, zero_point).item() == pytest.approx(2.5)


def int8(*shape: int) -> Any:
    return rng.integers(-128, 128, shape, dtype=np.int8)


@pytest.mark.parametrize("k", [0, 1, 3, 1023, 1024, 1025, 5000])
def test_products_equal_integer_arithmetic(k: int) -> None:
    a, b = int8(5, k), int8(k, 4)
    a[0], b[:, 0] = -128, 127
    np.testing.assert_array_equal(int8_matmul(a, b), a.astype(np.int64) @ b.astype(np.int64))
    zero = rng.integers(-128, 128, (1, 4), dtype=np.int32)
    got = shifted_matmul(a, -77, b, zero, b.sum(axis=0, dtype=np.int32))
    np.testing.assert_array_equal(got, (a.astype(np.int64) + 77) @ (b.astype(np.int64) - zero))
    assert got.dtype == np.int32


def test_sums_that_int32_could_not_hold_are_refused() -> None:
    b = np.full((LONGEST + 1, 1), -128, np.int8)
    with pytest.raises(ValueError, match="33025"):
        shifted_matmul(b.T, 127, b, 127, b.sum(axis=0, dtype=np.int32))


def test_a_layer_computes_with_its_rounded_weights_and_inputs() -> None:
    linear, x = tiny.Linear(64, 16), rng.standard_normal((8, 64)).astype(np.float32)
    layer = QuantizedLinear(linear)
    w = dequantize_int8(*quantize_int8(linear.weight, axis=1)).data
    rounded = dequantize_int8(*quantize_int8(x)).data
    assert linear.bias is not None
    np.testing.assert_allclose(layer(tiny.Tensor(x)).data, rounded @ w + linear.bias.data, atol=1e-5)


def test_a_layer_keeps_nothing_of_the_original() -> None:
    linear, x = tiny.Linear(4, 3), tiny.Tensor(rng.standard_normal((2, 4)))
    layer = QuantizedLinear(linear)
    before = layer(x).data
    for parameter in linear.parameters():
        parameter.data[...] = 0
    np.testing.assert_array_equal(layer(x).data, before)


def test_fixed_ranges_make_rows_independent_of_their_batch() -> None:
    linear, x = tiny.Linear(4, 3), rng.standard_normal((5, 4))
    x[4] *= 20
    fixed, free = QuantizedLinear(linear, (-4, 4)), QuantizedLinear(linear)
    one, all_of_them = tiny.Tensor(x[:1]), tiny.Tensor(x)
    np.testing.assert_array_equal(fixed(all_of_them).data[:1], fixed(one).data)
    assert not np.array_equal(free(all_of_them).data[:1], free(one).data)


def test_bytes_are_counted_exactly() -> None:
    model = tiny.Sequential(tiny.Linear(100, 50), tiny.ReLU(), tiny.Linear(50, 10, bias=False))
    small = quantize_model(copy.deepcopy(model), [tiny.Tensor(rng.standard_normal((3, 100)))])
    before, after = 4 * (100 * 50 + 50 + 50 * 10), 100 * 50 + 16 * 50 + 50 * 10 + 12 * 10 + 2 * 8
    assert compare_model_sizes(model, small) == {
        "original_bytes": before, "quantized_bytes": after, "saved_bytes": before - after, "compression_ratio": before / after,
    }  # fmt: skip
    assert model_bytes(small) == sum(array.nbytes for array in small.state_dict().values())


def test_observing_leaves_model_and_statistics_as_they_were() -> None:
    model = tiny.Sequential(tiny.nn.Flatten(), tiny.Linear(12, 6), tiny.Dropout(0.5), tiny.Linear(6, 2))
    before, layers = model.state_dict(), list(model.layers)
    quantizer = Quantizer().observe(model, [(tiny.Tensor(rng.standard_normal((5, 3, 2, 2))), None)])
    assert model.layers == layers
    assert all(module.training for module in model.modules())
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert set(quantizer.ranges) == {layers[1], layers[3]}


def test_a_failing_sample_leaves_the_model_as_it_was() -> None:
    model = tiny.Sequential(tiny.Linear(3, 3), tiny.Linear(3, 2))
    layers = list(model.layers)
    with pytest.raises(ValueError, match="linear layer"):
        quantize_model(model, [tiny.Tensor(np.ones((1, 3))), tiny.Tensor(np.ones((1, 4)))])
    assert model.layers == layers
    assert all(module.training for module in model.modules())


def test_a_language_model_is_quantized_through_its_attributes() -> None:
    tiny.manual_seed(0)
    model = tiny.GPT(17, 16, num_layers=2, num_heads=2, max_seq_len=12)
    ids = tiny.Tensor(rng.integers(0, 17, (3, 12)))
    exact, linears = model(ids).data, sum(isinstance(m, tiny.Linear) for m in model.modules())
    quantize_model(model, [ids])
    kinds = [type(m) for m in model.modules()]
    assert kinds.count(QuantizedLinear) == linears > 0
    assert not {tiny.Linear, Watched} & set(kinds)
    assert np.abs(model(ids).data - exact).max() < 0.05 * np.abs(exact).max()
    assert model.generate(np.array([1, 2, 3]), max_new_tokens=4).shape == (7,)


def test_an_observer_sees_the_quantized_product() -> None:
    seen = []
    layer = QuantizedLinear(tiny.Linear(4, 3))
    set_observer(lambda event: seen.append(event.op))
    try:
        layer(tiny.Tensor(np.ones((2, 4))))
    finally:
        set_observer(None)
    assert seen == ["quantized_linear", "QuantizedLinear"]


def test_backward_through_a_quantized_layer_says_why_not() -> None:
    y = QuantizedLinear(tiny.Linear(4, 3))(tiny.Tensor(np.ones((2, 4)), requires_grad=True))
    with pytest.raises(RuntimeError, match="quantized_linear has no gradient rule"):
        y.sum().backward()


def test_integers_are_pytorchs(torch: ModuleType) -> None:
    for x in (rng.standard_normal((6, 5)), rng.uniform(3, 4, (6, 5)), rng.uniform(-2, -1, (6, 5))):
        q, scale, zero_point = quantize_int8(x.astype(np.float32))
        theirs = torch.quantize_per_tensor(torch.tensor(x, dtype=torch.float32), scale, zero_point, torch.qint8)
        np.testing.assert_array_equal(q.data, theirs.int_repr().numpy())
        np.testing.assert_allclose(dequantize_int8(q, scale, zero_point).data, theirs.dequantize().numpy(), atol=1e-6)


def test_scale_and_zero_point_are_pytorchs(torch: ModuleType) -> None:
    from torch.ao.quantization import MinMaxObserver

    for x in (rng.standard_normal(50), rng.uniform(3, 4, 50), rng.uniform(-2, -1, 50)):
        observer = MinMaxObserver(dtype=torch.qint8, qscheme=torch.per_tensor_affine)
        observer(torch.tensor(x, dtype=torch.float32))
        scale, zero_point = observer.calculate_qparams()
        _, ours, zero = quantize_int8(x.astype(np.float32))
        assert ours == pytest.approx(scale.item(), rel=1e-5)
        assert abs(zero - zero_point.item()) <= 1
