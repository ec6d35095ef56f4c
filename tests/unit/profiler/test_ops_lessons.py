"""Whole models of the library: no operation without a formula, and sums that equal counts by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch.core.activations import ReLU
from tinytorch.core.layers import Linear, Sequential
from tinytorch.core.losses import BinaryCrossEntropyLoss, CrossEntropyLoss, MSELoss
from tinytorch.core.spatial import AvgPool2d, BatchNorm2d, Conv2d, Flatten, MaxPool2d
from tinytorch.core.tensor import Tensor, set_observer
from tinytorch.core.transformer import GPT
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.ops import OpsWatch
from tinytorch_lab.profiler.records import Layer


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TINYTORCH_LAB_CALIBRATE", "0")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    yield
    assert set_observer(None) is None


def measured(work: Callable[[], Any]) -> Measurement:
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    try:
        kept = work()
    finally:
        watch.stop()
    assert watch.failure is None
    watch.fill(measurement)
    del kept
    return measurement


def layer(measurement: Measurement, path: str, phase: str) -> Layer:
    (found,) = [each for each in measurement.layers if (each.path, each.phase) == (path, phase)]
    return found


def images(*shape: int) -> Tensor:
    return Tensor(np.random.default_rng(0).standard_normal(shape))


def test_a_convolutional_network() -> None:
    model = Sequential(
        Conv2d(3, 8, 3, padding=1), BatchNorm2d(8), ReLU(), MaxPool2d(2), AvgPool2d(2), Flatten(), Linear(8 * 16, 10)
    )

    def step() -> Tensor:
        loss = CrossEntropyLoss()(model(images(2, 3, 16, 16)), np.array([1, 2]))
        loss.backward()
        return loss

    m = measured(step)
    assert [op.name for op in m.ops if op.flops is None] == []
    pixels = 2 * 8 * 16 * 16
    forward = {
        "0": pixels * (2 * 3 * 3 * 3 + 1),
        "1": pixels * 7,
        "3": pixels // 4 * 4,
        "4": pixels // 16 * 4,
        "6": 2 * 10 * (2 * 8 * 16 + 1),
    }
    assert {path: layer(m, path, "forward").flops for path in forward} == forward
    assert layer(m, "0", "backward").flops == pixels * (2 * 3 * 3 * 3 + 1), "the images need no gradient"
    assert layer(m, "6", "backward").flops == 2 * 10 * (2 * 2 * 8 * 16 + 1)
    # What each rule reads: images, and the outputs of conv, norm, relu, both pools and flatten (a view of the pool's).
    floats = 2 * 3 * 16 * 16 + 3 * pixels + pixels // 4 + pixels // 16
    norms = 8 + 8  # mean and scale of each channel
    loss = 2 * 10 + (2 * 10 + 2)  # scores, and their exponentials and sums
    assert m.tensors is not None
    assert m.tensors.activations_bytes == 4 * (floats + norms + loss) + 2 * 8, "and two ids"


def test_a_language_model() -> None:
    batch, steps, width, heads, vocabulary = 2, 10, 32, 4, 50
    model = GPT(vocabulary, width, num_layers=2, num_heads=heads, max_seq_len=16)
    ids = np.arange(batch * steps).reshape(batch, steps)

    def step() -> Tensor:
        loss = CrossEntropyLoss()(model(ids).reshape(-1, vocabulary), ids.ravel())
        loss.backward()
        return loss

    m = measured(step)
    assert [op.name for op in m.ops if op.flops is None] == []
    rows = batch * steps
    projection = rows * width * (2 * width + 1)
    scores = batch * heads * steps * steps
    attention = scores * (2 * (width // heads + width // heads) + 1 + 5)
    hidden = 4 * width
    mlp = rows * hidden * (2 * width + 1) + rows * width * (2 * hidden + 1) + rows * hidden * 5  # GELU, exact
    assert layer(m, "blocks.1.attention", "forward").flops == 4 * projection + attention
    assert layer(m, "blocks.1.attention.q_proj", "forward").flops == projection
    assert layer(m, "blocks.1.attention.q_proj", "backward").flops == rows * width * (4 * width + 1)
    assert layer(m, "blocks.0.mlp", "forward").flops == mlp
    assert layer(m, "blocks.0.ln1", "forward").flops == rows * width * 7
    assert layer(m, "lm_head", "forward").flops == rows * vocabulary * 2 * width
    block = 4 * projection + attention + mlp + 2 * (rows * width * 7) + 2 * (rows * width)  # norms, two sums
    assert layer(m, "blocks.0", "forward").flops == block
    everything = 2 * block + rows * width + rows * width * 7 + rows * vocabulary * 2 * width  # positions, norm, scores
    assert layer(m, "GPT", "forward").flops == everything
    assert layer(m, "embedding.token_embedding", "backward").flops == rows * width


@pytest.mark.parametrize(("loss", "forward", "backward"), [(MSELoss, 3, 2), (BinaryCrossEntropyLoss, 9, 5)])
def test_losses(loss: Any, forward: int, backward: int) -> None:
    guess = Tensor(np.full((8, 3), 0.5), requires_grad=True)

    def step() -> Tensor:
        value: Tensor = loss()(guess, Tensor(np.ones((8, 3))))
        value.backward()
        return value

    m = measured(step)
    assert [op.flops for op in sorted(m.ops, key=lambda op: op.phase)] == [backward * 24, forward * 24]
