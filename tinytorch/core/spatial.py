# Generated from modules/09_spatial/spatial_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Convolution, pooling and batch normalization of images (B, C, H, W), with their gradient rules."""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Module, Parameter, scaled_uniform
from tinytorch.core.tensor import Array, Shape, Tensor, apply

Pair = tuple[int, int]  # height and width
BLOCK = 2**16  # numbers in the columns of a block of images: 256 KiB of float32, which fit into the second cache of most cores
def pair(size: int | Pair, name: str, least: int = 1) -> Pair:
    """``size`` for height and width: ``pair(3, "stride")`` is (3, 3). ValueError unless both are whole numbers from ``least`` on."""
    both = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2 or not all(isinstance(one, (int, np.integer)) and one >= least for one in both):
        raise ValueError(f"{name} must be one or two whole numbers from {least} on, got {size!r}.")
    return both
def output_size(size: Shape, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Pair:
    """Height and width of the output for images of height and width ``size``. ValueError if the kernel is larger than they are."""
    height, width = (n + 2 * p - k for n, k, p in zip(size, kernel, padding, strict=True))
    if height < 0 or width < 0:
        raise ValueError(f"A kernel of {kernel} does not fit into images of {tuple(size)} with padding {padding}.")
    return height // stride[0] + 1, width // stride[1] + 1
def padded(x: Array, padding: Pair, value: float = 0) -> Array:
    """Images with ``padding`` rows and columns of ``value`` on each side, a copy. ValueError unless ``x`` is (B, C, H, W)."""
    if x.ndim != 4:
        raise ValueError(f"Images have the shape (B, C, H, W), got {x.shape}.")
    out = np.full((*x.shape[:2], x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]), value, x.dtype)
    cropped(out, padding)[...] = x
    return out
def cropped(x: Array, padding: Pair) -> Array:
    """Images without the rows and columns that ``padded`` added, a view."""
    return x[:, :, padding[0] : x.shape[2] - padding[0], padding[1] : x.shape[3] - padding[1]]


def windows(x: Array, kernel: Pair, stride: Pair) -> list[Array]:
    """For each of the kh * kw elements of a kernel, row by row, what lies under it: views (..., H', W') of ``x`` (..., H, W)."""
    height, width = output_size(x.shape[-2:], kernel, stride)
    return [x[..., u :: stride[0], v :: stride[1]][..., :height, :width] for u in range(kernel[0]) for v in range(kernel[1])]


class Columns:
    """The columns of one of ``blocks``, slices of the images ``x``, as ``matrix`` (C * kh * kw, places), and its output as ``rows`` (O, places).

    The images are in ``inner`` (images, C, H, W), the output in ``outputs`` (images, O, H', W'): views. Other blocks use the same memory.
    """
    def __init__(self, x: Array, weight: Array, stride: Pair, padding: Pair) -> None:
        if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
            raise ValueError(f"A convolution takes images (B, C, H, W) and filters (O, C, kh, kw) with the same C, got {x.shape} and {weight.shape}.")
        channels, kh, kw = weight.shape[1:]
        height, width = output_size(x.shape[2:], (kh, kw), stride, padding)
        self.dtype, self.shape = np.result_type(x, weight), (len(x), len(weight), height, width)
        below, right = x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]
        pitch = right if stride == (1, 1) else width  # how far it is from one output row to the next
        images = max(1, min(len(x), BLOCK // (channels * kh * kw * height * pitch)))
        self.blocks = [slice(start, min(start + images, len(x))) for start in range(0, len(x), images)]
        self.padded = np.zeros((channels, images, below + 1, right), self.dtype)  # one row to spare: the last window reaches beyond
        self.inner = cropped(self.padded[:, :, :-1], padding).swapaxes(0, 1)
        self.columns = np.empty((channels, kh * kw, images, height, pitch), self.dtype)
        self.matrix = self.columns.reshape(channels * kh * kw, images * height * pitch)
        self.rows = np.zeros((len(weight), images * height * pitch), self.dtype)
        self.outputs = self.rows.reshape(len(weight), images, height, pitch)[..., :width].swapaxes(0, 1)
        views = windows(self.padded[:, :, :-1], (kh, kw), stride)
        self.windows = [as_strided(view, (*view.shape[:-1], pitch), view.strides) for view in views]
    def fill(self, block: Array) -> None:
        """Make ``matrix`` the columns of the images of a block."""
        self.inner[: len(block)] = block
        for k, window in enumerate(self.windows):
            self.columns[:, k] = window
    def fill_rows(self, block: Array) -> None:
        """Make ``rows`` the outputs of a block (their gradients, say), with zeros where there are none."""
        self.outputs[: len(block)] = block
        self.outputs[len(block) :] = 0


def conv2d(x: Array, weight: Array, bias: Array | None = None, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> Array:
    """Convolution of images (B, C, H, W) with filters (O, C, kh, kw), plus ``bias`` (O,): (B, O, H', W'). ValueError if they do not fit."""
    columns = Columns(x, weight, stride, padding)
    y = np.empty(columns.shape, columns.dtype)
    for block in columns.blocks:
        columns.fill(x[block])
        np.matmul(weight.reshape(len(weight), -1), columns.matrix, out=columns.rows)
        if bias is not None:
            columns.rows += bias[:, None]
        y[block] = columns.outputs[: len(y[block])]
    return y


def weight_gradient(g: Array, x: Array, weight: Array, stride: Pair, padding: Pair) -> Array:
    """The gradient of the filters, (O, C, kh, kw), for a gradient ``g`` (B, O, H', W') of the output."""
    columns = Columns(x, weight, stride, padding)
    total = np.zeros((len(columns.matrix), len(weight)), columns.dtype)
    for block in columns.blocks:
        columns.fill(x[block])
        columns.fill_rows(g[block])
        total += columns.matrix @ columns.rows.T
    return total.T.reshape(weight.shape)


def input_gradient(g: Array, x: Array, weight: Array, stride: Pair, padding: Pair) -> Array:
    """The gradient of the images, (B, C, H, W), for a gradient ``g`` (B, O, H', W') of the output."""
    columns = Columns(x, weight, stride, padding)
    dx = np.empty(x.shape, columns.dtype)
    for block in columns.blocks:
        columns.fill_rows(g[block])
        np.matmul(weight.reshape(len(weight), -1).T, columns.rows, out=columns.matrix)
        columns.padded[...] = 0
        for k, window in enumerate(columns.windows):
            window += columns.columns[:, k]
        dx[block] = columns.inner[: len(dx[block])]
    return dx


def max_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The largest number of each window: (B, C, H, W) to (B, C, H', W'). Padding counts as minus infinity (or the lowest integer)."""
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    first, *others = windows(padded(x, padding, lowest), kernel_size, stride)
    y = first.copy()
    for window in others:
        np.maximum(y, window, out=y)
    return y


def per_channel(values: Array) -> Array: return values[:, None, None]
def batch_norm(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, training: bool, keep: dict[str, Array],
               momentum: float = 0.1, eps: float = 1e-5) -> Array:
    """``(x - mean) / sqrt(var + eps) * gamma + beta`` of each channel of x (B, C, H, W); the other arrays are (C,).

    In training, mean and variance are the batch's, and the running ones move towards them (the variance unbiased) by ``momentum``, in place; else
    they are the running ones. ``keep`` gets "mean" and "scale", 1 / sqrt(var + eps). ValueError unless a channel has two values to train with.
    """
    if training and x.size < 2 * x.shape[1]:
        raise ValueError(f"Batch normalization needs more than one value a channel to train, got {x.shape}.")
    if training:
        n = x.size // x.shape[1]
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        running_mean += momentum * (mean - running_mean)
        running_var += momentum * (var * (n / (n - 1)) - running_var)
    else:
        mean, var = running_mean.copy(), running_var
    keep["mean"], keep["scale"] = mean, 1 / np.sqrt(var + eps)
    y = x - per_channel(mean)
    y *= per_channel(keep["scale"] * gamma)
    y += per_channel(beta)
    return y


@gradient(conv2d)
def d_conv2d(g: Array, y: Array, x: Array, weight: Array, bias: Array | None = None, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = conv2d(x): the gradients of images and filters, and g summed over all places for the bias. As many as inputs."""
    d = (lambda: input_gradient(g, x, weight, stride, padding), lambda: weight_gradient(g, x, weight, stride, padding))
    return d if bias is None else (*d, lambda: g.sum(axis=(0, 2, 3)))
@gradient(batch_norm)
def d_batch_norm(g: Array, y: Array, x: Array, gamma: Array, beta: Array, training: bool, keep: dict[str, Array], **_: Any) -> tuple[Gradient, ...]:
    """y = normalised x * gamma + beta: for x (see the lesson), gamma and beta; ``keep`` has mean and scale of the forward call."""
    normal = (x - per_channel(keep["mean"])) * per_channel(keep["scale"])
    d_gamma, d_beta = (g * normal).sum(axis=(0, 2, 3)), g.sum(axis=(0, 2, 3))
    if training:
        count = x.size // x.shape[1]
        g = g - per_channel(d_beta / count) - normal * per_channel(d_gamma / count)
    return lambda: g * per_channel(gamma * keep["scale"]), d_gamma, d_beta
@gradient(max_pool2d)
def d_max_pool2d(g: Array, y: Array, x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = max of each window: g to the first number of the window that equals y; padding with nan equals nothing."""
    source = padded(x, padding, np.nan)
    dx, free = np.zeros_like(source), np.ones(y.shape, bool)
    for window, into in zip(windows(source, kernel_size, stride), windows(dx, kernel_size, stride), strict=True):
        found = (window == y) & free
        into += g * found
        free ^= found
    return (cropped(dx, padding),)
def avg_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The mean of each window: (B, C, H, W) to (B, C, H', W'). Padding counts as zeros, and in the number of elements."""
    return np.asarray(sum(windows(padded(x, padding), kernel_size, stride), np.float32(0)) / math.prod(kernel_size))  # a float: uint8 holds no sum of pixels
@gradient(avg_pool2d)
def d_avg_pool2d(g: Array, y: Array, x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = mean of each window: g / (kh * kw) to each number of the window."""
    dx, share = np.zeros_like(padded(x, padding)), g / math.prod(kernel_size)
    for into in windows(dx, kernel_size, stride):
        into += share
    return (cropped(dx, padding),)


class Conv2d(Module):
    """Convolution of images (B, in_channels, H, W) with ``weight`` (out_channels, in_channels, kh, kw): ``Conv2d(3, 16, (3, 5), padding=1)``."""
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int | Pair, stride: int | Pair = 1, padding: int | Pair = 0, bias: bool = True) -> None:
        if in_channels < 1 or out_channels < 1:
            raise ValueError(f"Conv2d needs at least one channel in and out, got {in_channels} and {out_channels}.")
        self.kernel_size, self.stride, self.padding = pair(kernel_size, "kernel_size"), pair(stride, "stride"), pair(padding, "padding", 0)
        fan_in = in_channels * math.prod(self.kernel_size)
        self.weight = Parameter(scaled_uniform((out_channels, in_channels, *self.kernel_size), fan_in))
        self.bias = Parameter(scaled_uniform((out_channels,), fan_in)) if bias else None
    def forward(self, x: Tensor) -> Tensor:
        """To (B, out_channels, H', W'). ValueError for other channels, or images smaller than the kernel."""
        inputs = (x, self.weight) if self.bias is None else (x, self.weight, self.bias)
        return apply(conv2d, *inputs, stride=self.stride, padding=self.padding)
    def __repr__(self) -> str:
        return f"Conv2d({self.weight.shape[1]}, {len(self.weight)}, {self.kernel_size}, stride={self.stride}, padding={self.padding}{', bias=False' * (self.bias is None)})"
class MaxPool2d(Module):
    """The largest number of each window: ``MaxPool2d(2)``; ``stride`` is the kernel's size unless given, ``padding`` at most half of it."""
    op = staticmethod(max_pool2d)
    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0) -> None:
        self.kernel_size, self.padding = pair(kernel_size, "kernel_size"), pair(padding, "padding", 0)
        self.stride = self.kernel_size if stride is None else pair(stride, "stride")
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(f"padding must be at most half of the kernel {self.kernel_size}, got {self.padding}.")
    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H', W')."""
        return apply(self.op, x, kernel_size=self.kernel_size, stride=self.stride, padding=self.padding)
    def __repr__(self) -> str: return f"{type(self).__name__}({self.kernel_size}, stride={self.stride}, padding={self.padding})"
class AvgPool2d(MaxPool2d):
    """The mean of each window, sizes as those of MaxPool2d."""
    op = staticmethod(avg_pool2d)
class BatchNorm2d(Module):
    """Batch normalization of images (B, num_features, H, W): ``gamma``, ``beta``, ``running_mean`` and ``running_var`` are (num_features,)."""
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = Parameter(np.ones(num_features)), Parameter(np.zeros(num_features))
        self.running_mean, self.running_var = np.zeros(num_features, np.float32), np.ones(num_features, np.float32)
    def forward(self, x: Tensor) -> Tensor:
        """By the batch's statistics while the model trains, else by the running ones. ValueError for other channels."""
        if x.ndim != 4 or x.shape[1:2] != self.gamma.shape:
            raise ValueError(f"BatchNorm2d({self.gamma.size}) takes images (B, {self.gamma.size}, H, W), got {x.shape}.")
        return apply(batch_norm, x, self.gamma, self.beta, running_mean=self.running_mean, running_var=self.running_var,
                     training=self.training, keep={}, momentum=self.momentum, eps=self.eps)
    def __repr__(self) -> str: return f"BatchNorm2d({self.gamma.size}, eps={self.eps}, momentum={self.momentum})"
class Flatten(Module):
    """Each image as one row: (B, C, H, W) to (B, C * H * W)."""
    def forward(self, x: Tensor) -> Tensor: return x.reshape(x.shape[0], math.prod(x.shape[1:]))
