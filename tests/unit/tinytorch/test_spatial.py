"""Convolution, pooling and batch normalization: values and gradients against PyTorch's, and by arithmetic without it."""

from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import nn
from tinytorch.core import spatial
from tinytorch.nn import functional

rng = np.random.default_rng(9)
F32, F64 = np.float32, np.float64
Sizes = tuple[int, ...]


def floats(*shape: int, dtype: Any = F32) -> Any:
    return rng.standard_normal(shape).astype(dtype)


CONVOLUTIONS: dict[str, tuple[Sizes, Sizes, Any, Any]] = {
    "3x3, padding 1": ((2, 3, 8, 9), (4, 3, 3, 3), 1, 1),
    "stride 2": ((2, 3, 8, 9), (4, 3, 3, 3), 2, 0),
    "stride 2 that leaves rows over": ((2, 3, 8, 10), (4, 3, 3, 3), 2, 1),
    "stride larger than the kernel": ((1, 2, 9, 11), (3, 2, 2, 2), (3, 4), 0),
    "rectangular": ((2, 2, 7, 9), (3, 2, 2, 5), (1, 2), (1, 2)),
    "tall": ((2, 2, 9, 4), (3, 2, 5, 1), (2, 1), (2, 0)),
    "1x1": ((3, 4, 5, 5), (2, 4, 1, 1), 1, 0),
    "the whole image": ((3, 2, 4, 5), (2, 2, 4, 5), 1, 0),
    "padding larger than the kernel": ((1, 2, 3, 3), (2, 2, 2, 2), 1, 3),
    "one channel, one image": ((1, 1, 6, 6), (1, 1, 3, 3), 1, 1),
    "no images": ((0, 3, 6, 6), (4, 3, 3, 3), 1, 1),
}
POOLS: dict[str, tuple[Sizes, Any, Any, Any]] = {
    "2": ((2, 3, 8, 8), 2, None, 0),
    "2, odd images": ((2, 3, 7, 9), 2, None, 0),
    "3 by steps of 2, padding 1": ((2, 3, 8, 9), 3, 2, 1),
    "overlapping": ((2, 2, 6, 6), 3, 1, 1),
    "gaps": ((1, 2, 9, 9), 2, 3, 0),
    "rectangular": ((2, 2, 7, 10), (2, 5), (1, 3), (1, 2)),
    "1": ((2, 2, 3, 3), 1, None, 0),
    "no images": ((0, 2, 6, 6), 2, None, 0),
}


def same(got: Any, expected: Any, dtype: Any = F32, what: str = "") -> None:
    got, expected = (got.data if isinstance(got, tiny.Tensor) else got), getattr(expected, "detach", lambda: expected)()
    limit = 1e-4 if dtype == F32 else 1e-10
    assert got.dtype == dtype, what
    np.testing.assert_allclose(got, np.asarray(expected), rtol=limit, atol=limit, err_msg=what)


def compare(torch: ModuleType, ours: Any, theirs: Any, *arrays: Any) -> None:
    """Values, and the gradients of all arrays for the same gradient of the result."""
    mine = [tiny.Tensor(a, requires_grad=True, dtype=a.dtype) for a in arrays]
    its = [torch.tensor(np.ascontiguousarray(a), requires_grad=True) for a in arrays]
    got, expected = ours(*mine), theirs(*its)
    dtype = arrays[0].dtype
    same(got, expected, dtype, "value")
    g = floats(*got.shape, dtype=dtype)
    got.backward(g)
    expected.backward(torch.from_numpy(g))
    for i, (a, b) in enumerate(zip(mine, its, strict=True)):
        assert a.grad is not None
        same(a.grad, b.grad, dtype, f"gradient of input {i}")


@pytest.fixture(params=[None, 1, 400], ids=["usual blocks", "image by image", "small blocks"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(spatial, "BLOCK", request.param)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(("dtype", "bias"), [(F32, True), (F64, True), (F32, False)])
@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_conv2d(torch: ModuleType, case: str, dtype: Any, bias: bool) -> None:
    shape, filters, stride, padding = CONVOLUTIONS[case]
    arrays = [floats(*shape, dtype=dtype), floats(*filters, dtype=dtype)]
    arrays += [floats(filters[0], dtype=dtype)] if bias else []
    options = {"stride": stride, "padding": padding}
    compare(
        torch,
        lambda *a: functional.conv2d(*a, **options),
        lambda *a: torch.nn.functional.conv2d(*a, **options),
        *arrays,
    )


@pytest.mark.parametrize("dtype", [F32, F64])
@pytest.mark.parametrize("case", POOLS)
@pytest.mark.parametrize("kind", ["max_pool2d", "avg_pool2d"])
def test_pools(torch: ModuleType, kind: str, case: str, dtype: Any) -> None:
    shape, *sizes = POOLS[case]
    ours, theirs = getattr(functional, kind), getattr(torch.nn.functional, kind)
    compare(torch, lambda x: ours(x, *sizes), lambda x: theirs(x, *sizes), floats(*shape, dtype=dtype))


@pytest.mark.parametrize("case", POOLS)
def test_ties_in_max_pool_go_where_pytorch_sends_them(torch: ModuleType, case: str) -> None:
    shape, *sizes = POOLS[case]
    x = rng.integers(-1, 2, shape).astype(F32)
    pool = torch.nn.functional.max_pool2d
    for images in (x, np.maximum(x, 0), np.full_like(x, -np.inf)):
        compare(torch, lambda t: functional.max_pool2d(t, *sizes), lambda t: pool(t, *sizes), images)


def strange(x: Any) -> dict[str, Any]:
    return {"transposed": x.transpose(0, 1, 3, 2), "negative strides": x[::-1, :, ::-1, ::-1], "steps": x[:, :, ::2]}


@pytest.mark.parametrize("kind", ["transposed", "negative strides", "steps"])
def test_arrays_of_any_memory_layout(torch: ModuleType, kind: str) -> None:
    x, w = strange(floats(3, 2, 8, 8))[kind], floats(3, 3, 2, 4).transpose(1, 2, 0, 3)[::-1]
    f = torch.nn.functional
    compare(torch, lambda a, b: functional.conv2d(a, b, None, 1, 1), lambda a, b: f.conv2d(a, b, None, 1, 1), x, w)
    compare(torch, lambda a: functional.max_pool2d(a, 2), lambda a: f.max_pool2d(a, 2), x)
    compare(torch, lambda a: functional.avg_pool2d(a, 2, 1, 1), lambda a: f.avg_pool2d(a, 2, 1, 1), x)


def test_not_a_number_and_infinity_pass_as_in_pytorch(torch: ModuleType) -> None:
    x = floats(2, 2, 6, 6)
    x[0, 0, 2, 3], x[0, 1, 0, 0], x[1, 0, 5, 5] = np.nan, np.inf, -np.inf
    w, f = floats(2, 2, 3, 3), torch.nn.functional
    for run, its in [
        (lambda t: functional.conv2d(t, tiny.Tensor(w), None, 1, 1), f.conv2d(torch.tensor(x), torch.tensor(w), None, 1, 1)),
        (lambda t: functional.max_pool2d(t, 3, 2, 1), f.max_pool2d(torch.tensor(x), 3, 2, 1)),
        (lambda t: functional.avg_pool2d(t, 3, 2, 1), f.avg_pool2d(torch.tensor(x), 3, 2, 1)),
    ]:  # fmt: skip
        np.testing.assert_allclose(run(tiny.Tensor(x)).data, its.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("dtype", "training"), list(product([F32, F64], [True, False])))
@pytest.mark.parametrize("shape", [(4, 3, 5, 6), (2, 1, 1, 1), (1, 2, 1, 2)])
def test_batch_norm(torch: ModuleType, shape: Sizes, dtype: Any, training: bool) -> None:
    c = shape[1]
    mean, var = floats(c, dtype=dtype), np.abs(floats(c, dtype=dtype)) + 0.5
    its = torch.tensor(mean), torch.tensor(var)
    options = {"training": training, "momentum": 0.3, "eps": 0.01}
    arrays = floats(*shape, dtype=dtype) * 3 + 5, floats(c, dtype=dtype), floats(c, dtype=dtype)
    compare(
        torch,
        lambda x, gamma, beta: functional.batch_norm(x, mean, var, gamma, beta, **options),
        lambda x, gamma, beta: torch.nn.functional.batch_norm(x, *its, gamma, beta, **options),
        *arrays,
    )
    same(mean, its[0], dtype, "running mean")
    same(var, its[1], dtype, "running variance")


def test_batch_norm_follows_pytorch_through_training_use_and_a_saved_state(torch: ModuleType) -> None:
    mine, its = nn.BatchNorm2d(3), torch.nn.BatchNorm2d(3)
    for mode in (True, True, False, True, False):
        x = floats(4, 3, 5, 5) * 2 + 1
        same(mine.train(mode)(tiny.Tensor(x)), its.train(mode)(torch.from_numpy(x)))
        same(mine.running_mean, its.running_mean)
        same(mine.running_var, its.running_var)
    other = nn.BatchNorm2d(3)
    other.load_state_dict(mine.state_dict())
    x = tiny.Tensor(floats(2, 3, 4, 4))
    np.testing.assert_array_equal(other.eval()(x).data, mine.eval()(x).data)
    assert list(mine.state_dict()) == ["gamma", "beta", "running_mean", "running_var"]


def test_batch_norm_of_numbers_far_from_zero_keeps_its_digits() -> None:
    x = floats(8, 2, 6, 6) + 1000
    y = nn.BatchNorm2d(2)(tiny.Tensor(x)).data
    exact = x.astype(F64)
    expected = (exact - exact.mean((0, 2, 3), keepdims=True)) / exact.std((0, 2, 3), keepdims=True)
    np.testing.assert_allclose(y, expected, atol=1e-3)


def test_what_batch_norm_keeps_for_backward_is_not_what_runs_on() -> None:
    """A call in use, then one in training, then backward of the first: with the statistics of the first."""
    norm, x = nn.BatchNorm2d(2), tiny.Tensor(floats(3, 2, 4, 4), requires_grad=True)
    scale = 1 / np.sqrt(1 + 1e-5)
    used = norm.eval()(x)
    norm.train()(tiny.Tensor(floats(3, 2, 4, 4) * 9))
    used.backward(np.ones(used.shape, F32))
    same(x.grad, np.full(x.shape, scale, F32))
    assert norm.gamma.grad is not None
    same(norm.gamma.grad, x.data.sum((0, 2, 3)) * scale)


def slopes(run: Any, array: Any, g: Any) -> Any:
    found = np.zeros_like(array)
    for at in np.ndindex(array.shape):
        value = array[at]
        ends = []
        for array[at] in (value + 1e-5, value - 1e-5):
            ends.append((g * run()).sum())
        array[at], found[at] = value, (ends[0] - ends[1]) / 2e-5
    return found


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 3, (2, 3), stride=(2, 1), padding=(1, 2)),
        nn.Conv2d(2, 2, 3, bias=False),
        nn.MaxPool2d(3, 2, 1),
        nn.AvgPool2d((2, 3), 1, 1),
        nn.BatchNorm2d(2),
        nn.Flatten(),
    ],
    ids=repr,
)
def test_gradients_by_finite_differences(layer: Any) -> None:
    for parameter in layer.parameters():
        parameter.data = floats(*parameter.shape, dtype=F64)
    x = tiny.Tensor(floats(2, 2, 5, 4, dtype=F64), requires_grad=True, dtype=F64)
    out = layer(x)
    g = floats(*out.shape, dtype=F64)
    out.backward(g)
    for tensor in (x, *layer.parameters()):
        np.testing.assert_allclose(tensor.grad, slopes(lambda: layer(x).data, tensor.data, g), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 2, 3), nn.MaxPool2d(2), nn.AvgPool2d(2), nn.BatchNorm2d(2)], ids=repr)
def test_no_layer_cuts_the_graph(layer: Any) -> None:
    """In the original, average pooling and batch normalization do: nothing before them learns."""
    first = nn.Conv2d(1, 2, 3)
    out = layer(first(tiny.Tensor(floats(2, 1, 8, 8))))
    out.backward(floats(*out.shape))
    assert first.weight.grad is not None
    assert np.abs(first.weight.grad).max() > 0


def test_the_first_layer_needs_no_gradient_of_images(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("the gradient of images that need none was computed")

    monkeypatch.setattr(spatial, "input_gradient", never)
    layer = nn.Conv2d(1, 2, 3)
    out = layer(tiny.Tensor(floats(1, 1, 5, 5)))
    out.backward(floats(*out.shape))
    assert layer.weight.grad is not None


def test_convolution_uses_memory_of_blocks_not_of_all_columns() -> None:
    import tracemalloc

    x, w = floats(64, 8, 34, 34), floats(8, 8, 5, 5)
    tracemalloc.start()
    y = spatial.conv2d(x, w)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < y.nbytes + 3 * 2**20 < 25 * x.nbytes


def test_starting_values_are_those_of_pytorch(torch: ModuleType) -> None:
    tiny.manual_seed(0)
    mine, its = nn.Conv2d(8, 64, (3, 5)), torch.nn.Conv2d(8, 64, (3, 5))
    bound = 1 / np.sqrt(8 * 3 * 5)
    assert mine.bias is not None
    for parameter, other in ((mine.weight, its.weight), (mine.bias, its.bias)):
        assert parameter.shape == tuple(other.shape)
        assert parameter.dtype == F32
        assert np.abs(parameter.data).max() <= bound
    np.testing.assert_allclose(mine.weight.data.std(), its.weight.detach().numpy().std(), rtol=0.05)


def test_the_layers_are_the_functions() -> None:
    x = tiny.Tensor(floats(2, 3, 6, 6))
    conv = nn.Conv2d(3, 2, 3, 2, 1)
    np.testing.assert_array_equal(conv(x).data, functional.conv2d(x, conv.weight, conv.bias, 2, 1).data)
    np.testing.assert_array_equal(nn.MaxPool2d(2, 1)(x).data, functional.max_pool2d(x, 2, 1).data)
    np.testing.assert_array_equal(nn.AvgPool2d(2)(x).data, functional.avg_pool2d(x, (2, 2), 2).data)
    np.testing.assert_array_equal(nn.Flatten()(x).data, x.data.reshape(2, 108))
    assert nn.Flatten()(tiny.Tensor(np.zeros((0, 3, 2, 2)))).shape == (0, 12)
    assert [p.shape for p in nn.Conv2d(3, 2, (1, 2), bias=False).parameters()] == [(2, 3, 1, 2)]


def test_sizes_may_be_integers_of_numpy() -> None:
    three: Any = np.int64(3)
    assert nn.Conv2d(1, 2, three, stride=three, padding=(three, 1)).weight.shape == (2, 1, 3, 3)
    assert nn.MaxPool2d(three)(tiny.Tensor(floats(1, 1, 6, 6))).shape == (1, 1, 2, 2)


def test_integers_stay_integers_in_max_pool_and_make_floats_elsewhere() -> None:
    x = tiny.Tensor(np.array([[[[-3, 2], [-7, -9]]]]))
    assert functional.max_pool2d(x, 2, 2, 1).data.tolist() == [[[[-3, 2], [-7, -9]]]]
    assert functional.max_pool2d(x, 2).dtype == x.dtype
    assert functional.avg_pool2d(x, 2).dtype == F32
    assert functional.conv2d(x, tiny.Tensor(floats(1, 1, 2, 2))).dtype == F32


@pytest.mark.parametrize(("dtype", "value"), [(np.uint8, 200), (np.int8, -100), (np.int16, 30_000), (np.int64, -7)])
def test_the_mean_of_small_integers_is_not_that_of_their_overflowed_sum(dtype: Any, value: int) -> None:
    pooled = functional.avg_pool2d(tiny.Tensor(np.full((1, 1, 3, 3), value, dtype)), 3, 1, 1)
    same(pooled, value * np.array([[[[4, 6, 4], [6, 9, 6], [4, 6, 4]]]]) / 9)


def names() -> Any:
    x = tiny.Tensor(floats(2, 3, 5, 5))
    yield "channels", lambda: nn.Conv2d(4, 2, 3)(x), r"with the same C, got \(2, 3, 5, 5\) and \(2, 4, 3, 3\)"
    yield "dimensions", lambda: nn.Conv2d(3, 2, 3)(tiny.Tensor(floats(3, 5, 5))), r"got \(3, 5, 5\)"
    filters = tiny.Tensor(floats(2, 3, 3))
    yield "dimensions of filters", lambda: functional.conv2d(x, filters), r"got \(2, 3, 5, 5\) and \(2, 3, 3\)"
    yield "kernel", lambda: nn.Conv2d(3, 2, (6, 3))(x), r"kernel of \(6, 3\) does not fit into images of \(5, 5\)"
    yield "pool", lambda: nn.MaxPool2d(6)(x), r"kernel of \(6, 6\) does not fit into images of \(5, 5\)"
    yield "pool of 3-D", lambda: nn.AvgPool2d(2)(tiny.Tensor(floats(3, 5, 5))), r"\(B, C, H, W\), got \(3, 5, 5\)"
    yield (
        "padding of a pool",
        lambda: nn.MaxPool2d(2, padding=(1, 2)),
        r"at most half of the kernel \(2, 2\), got \(1, 2\)",
    )
    yield "no channels", lambda: nn.Conv2d(0, 2, 3), "at least one channel"
    yield "size 0", lambda: nn.Conv2d(1, 2, 0), "kernel_size must be one or two whole numbers from 1 on, got 0"
    yield "stride 0", lambda: nn.MaxPool2d(2, 0), "stride must be one or two whole numbers from 1 on, got 0"
    yield "negative padding", lambda: nn.Conv2d(1, 2, 3, padding=-1), "padding must be one or two whole numbers from 0"
    yield "three", lambda: nn.Conv2d(1, 2, (3, 3, 3)), r"got \(3, 3, 3\)"
    yield "a fraction", lambda: nn.AvgPool2d((1.5, 2)), r"got \(1.5, 2\)"
    nothing: Any = None
    yield "nothing", lambda: nn.MaxPool2d(nothing), "one or two whole numbers from 1 on, got None"
    word: Any = "same"
    yield "a word", lambda: nn.Conv2d(1, 2, 3, padding=word), "from 0 on, got 'same'"
    yield (
        "norm's channels",
        lambda: nn.BatchNorm2d(2)(x),
        r"BatchNorm2d\(2\) takes images \(B, 2, H, W\), got \(2, 3, 5, 5\)",
    )
    yield "one value", lambda: nn.BatchNorm2d(3)(tiny.Tensor(floats(1, 3, 1, 1))), "more than one value a channel"


@pytest.mark.parametrize("case", list(names()), ids=lambda case: case[0])
def test_errors_say_what_was_given(case: Any) -> None:
    _, run, message = case
    with pytest.raises(ValueError, match=message):
        run()


def test_a_batch_of_one_value_is_fine_in_use() -> None:
    assert nn.BatchNorm2d(3).eval()(tiny.Tensor(floats(1, 3, 1, 1))).shape == (1, 3, 1, 1)


def test_what_is_printed_names_the_sizes() -> None:
    layers = [nn.Conv2d(1, 2, 3, bias=False), nn.MaxPool2d(2), nn.AvgPool2d(3, 1), nn.BatchNorm2d(4), nn.Flatten()]
    assert [repr(layer) for layer in layers] == [
        "Conv2d(1, 2, (3, 3), stride=(1, 1), padding=(0, 0), bias=False)",
        "MaxPool2d((2, 2), stride=(2, 2), padding=(0, 0))",
        "AvgPool2d((3, 3), stride=(1, 1), padding=(0, 0))",
        "BatchNorm2d(4, eps=1e-05, momentum=0.1)",
        "Flatten()",
    ]
