"""The library beside PyTorch: CPU time over PyTorch's for each workload, one thread each, in one process.

``python benchmarks/library.py [PAIRS]`` (31 by default) needs ``torch`` (extra ``parity``). Both sides run the same calls on the
same numbers in float32; their results are compared before anything is timed. Each pair runs both in alternating order, and
a line shows the median and the quartiles of the ratios, and the goal.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads it

import gc
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

import gpt_in_torch
import numpy as np
import torch

import tinytorch as tiny
from tinytorch.core.transformer import create_causal_mask

torch.set_num_threads(1)
rng = np.random.default_rng(0)
INNER_S = 0.01


class Workload(NamedTuple):
    """The same work twice; each side returns arrays that must agree."""

    name: str
    goal: float
    ours: Callable[[], list[Any]]
    theirs: Callable[[], list[Any]]


def floats(*shape: int) -> Any:
    return rng.standard_normal(shape).astype(np.float32)


def linear() -> Workload:
    x, layer, other = floats(64, 784), tiny.Linear(784, 256), torch.nn.Linear(784, 256)
    same_start([layer], [other])
    g, tiny_x, torch_x = floats(64, 256), tiny.Tensor(x), torch.from_numpy(x)

    def ours() -> list[Any]:
        layer.weight.grad = layer.bias.grad = None
        out = layer(tiny_x)
        out.backward(g)
        return [out.data, layer.weight.grad, layer.bias.grad]

    def theirs() -> list[Any]:
        other.zero_grad()
        out = other(torch_x)
        out.backward(torch.from_numpy(g))
        return [out.detach().numpy(), other.weight.grad.numpy().T, other.bias.grad.numpy()]

    return Workload("linear 64x784 -> 256, forward and backward", 1.0, ours, theirs)


def mlp_step() -> Workload:
    x, ids = floats(64, 784), rng.integers(0, 10, 64)
    model = tiny.Sequential(tiny.Linear(784, 256), tiny.ReLU(), tiny.Linear(256, 10))
    other = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    same_start([model[0], model[2]], [other[0], other[2]])
    mine, its = tiny.Adam(model.parameters()), torch.optim.Adam(other.parameters())
    tiny_loss, torch_loss = tiny.CrossEntropyLoss(), torch.nn.CrossEntropyLoss()
    tiny_x, torch_x, tiny_ids, torch_ids = tiny.Tensor(x), torch.from_numpy(x), tiny.Tensor(ids), torch.from_numpy(ids)

    def ours() -> list[Any]:
        mine.zero_grad()
        loss = tiny_loss(model(tiny_x), tiny_ids)
        loss.backward()
        mine.step()
        return [loss.data]

    def theirs() -> list[Any]:
        its.zero_grad()
        loss = torch_loss(other(torch_x), torch_ids)
        loss.backward()
        its.step()
        return [loss.detach().numpy()]

    return Workload("MLP train step 784-256-10, batch 64, Adam", 0.8, ours, theirs)


def one_input(name: str, goal: float, x: Any, run: Callable[[Any], Any], other: Callable[[Any], Any]) -> Workload:
    """Forward and backward of a function of one tensor."""
    mine, its = tiny.Tensor(x, requires_grad=True), torch.from_numpy(x.copy()).requires_grad_()
    g = np.asarray(floats(*run(mine).shape), np.float32)

    def ours() -> list[Any]:
        mine.grad = None
        out = run(mine)
        out.backward(g)
        return [out.data, mine.grad]

    def theirs() -> list[Any]:
        its.grad = None
        out = other(its)
        out.backward(torch.from_numpy(g))
        return [out.detach().numpy(), its.grad.numpy()]

    return Workload(name, goal, ours, theirs)


def embedding(kind: str, ids: Any) -> Workload:
    """A table of 5000x128, and as many ids as 32 texts of 128 have."""
    torch_ids, name = torch.from_numpy(ids), f"embedding 5000x128, 4096 ids, {kind}"
    look_up, other = tiny.nn.functional.embedding, torch.nn.functional.embedding
    return one_input(name, 2.5, floats(5000, 128), lambda w: look_up(ids, w), lambda w: other(torch_ids, w))


def conv2d(inputs: int, outputs: int, goal: float) -> Workload:
    """Forward and backward, gradients of images, filters and bias."""
    x = floats(32, inputs, 32, 32)
    g = floats(32, outputs, 32, 32) / 1000  # a weight's gradient is the sum of 32,768 products
    layer, other = tiny.nn.Conv2d(inputs, outputs, 3, padding=1), torch.nn.Conv2d(inputs, outputs, 3, padding=1)
    with torch.no_grad():
        other.weight.copy_(torch.from_numpy(layer.weight.data))
        other.bias.copy_(torch.from_numpy(layer.bias.data))
    mine, its = tiny.Tensor(x, requires_grad=True), torch.from_numpy(x.copy()).requires_grad_()

    def ours() -> list[Any]:
        mine.grad = layer.weight.grad = layer.bias.grad = None
        out = layer(mine)
        out.backward(g)
        return [out.data, mine.grad, layer.weight.grad, layer.bias.grad]

    def theirs() -> list[Any]:
        its.grad = None
        other.zero_grad()
        out = other(its)
        out.backward(torch.from_numpy(g))
        grads = [its.grad, other.weight.grad, other.bias.grad]
        return [out.detach().numpy(), *(grad.numpy() for grad in grads)]

    return Workload(f"conv2d {inputs} -> {outputs}, 3x3, images 32x32, batch 32", goal, ours, theirs)


def layer_norm() -> Workload:
    """Gradients of the rows, gamma and beta."""
    arrays, g = [floats(1024, 128), floats(128), floats(128)], floats(1024, 128)
    mine = [tiny.Tensor(a, requires_grad=True) for a in arrays]
    its = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]

    def ours() -> list[Any]:
        for x in mine:
            x.grad = None
        out = tiny.nn.functional.layer_norm(*mine)
        out.backward(g)
        return [out.data, *(x.grad for x in mine)]

    def theirs() -> list[Any]:
        for x in its:
            x.grad = None
        out = torch.nn.functional.layer_norm(its[0], (128,), *its[1:])
        out.backward(torch.from_numpy(g))
        return [out.detach().numpy(), *(x.grad.numpy() for x in its)]

    return Workload("layer norm 1024x128, forward and backward", 2.5, ours, theirs)


def attention(causal: bool) -> Workload:
    """A layer beside ``nn.MultiheadAttention`` without weights as a result: gradients of x and of all parameters."""
    x, g = floats(4, 128, 128), floats(4, 128, 128)
    layer, other = tiny.MultiHeadAttention(128, 4), torch.nn.MultiheadAttention(128, 4, batch_first=True)
    parts = (layer.q_proj, layer.k_proj, layer.v_proj)
    with torch.no_grad():
        other.in_proj_weight.copy_(torch.from_numpy(np.concatenate([part.weight.data.T for part in parts])))
        other.in_proj_bias.copy_(torch.from_numpy(np.concatenate([part.bias.data for part in parts])))
    same_start([layer.out_proj], [other.out_proj])
    mask = create_causal_mask(128) if causal else None
    forbidden = torch.triu(torch.ones(128, 128, dtype=torch.bool), 1) if causal else None
    mine, its = tiny.Tensor(x, requires_grad=True), torch.from_numpy(x.copy()).requires_grad_()

    def ours() -> list[Any]:
        mine.grad = None
        for parameter in layer.parameters():
            parameter.grad = None
        out = layer(mine, mask)
        out.backward(g)
        return [out.data, mine.grad, *(part.weight.grad.T for part in (*parts, layer.out_proj))]

    def theirs() -> list[Any]:
        its.grad = None
        other.zero_grad()
        out = other(its, its, its, attn_mask=forbidden, need_weights=False, is_causal=causal)[0]
        out.backward(torch.from_numpy(g))
        grads = [*other.in_proj_weight.grad.numpy().reshape(3, 128, 128), other.out_proj.weight.grad.numpy()]
        return [out.detach().numpy(), its.grad.numpy(), *grads]

    return Workload(f"attention B4 T128 D128 H4{', causal' if causal else ''}", 0.8, ours, theirs)


def two_gpts(plain: bool) -> tuple[Any, Any]:
    """With PyTorch's fused attention and the exact GELU, or ``plain``: attention written out, GELU by tanh on both sides."""
    approximate = "tanh" if plain else "none"
    mine = tiny.GPT(65, 128, 4, 4, max_seq_len=128)
    its = gpt_in_torch.GPT(65, 128, 4, 4, 128, fused=not plain, approximate=approximate)
    gpt_in_torch.take_over(mine, its)
    for block in mine.blocks:
        block.mlp.gelu.approximate = approximate
    return mine, its


def gpt_step(plain: bool) -> Workload:
    mine, its = two_gpts(plain)
    text = rng.integers(0, 65, (8, 129))
    ids, targets = text[:, :-1], text[:, 1:].reshape(-1)
    adam, torch_adam = tiny.Adam(mine.parameters(), 1e-4), torch.optim.Adam(its.parameters(), 1e-4)
    loss_fn, torch_ids, torch_targets = tiny.CrossEntropyLoss(), torch.from_numpy(ids), torch.from_numpy(targets)

    def ours() -> list[Any]:
        adam.zero_grad()
        loss = loss_fn(mine(ids).reshape(-1, 65), targets)
        loss.backward()
        adam.step()
        return [loss.data]

    def theirs() -> list[Any]:
        torch_adam.zero_grad()
        loss = torch.nn.functional.cross_entropy(its(torch_ids).reshape(-1, 65), torch_targets)
        loss.backward()
        torch_adam.step()
        return [loss.detach().numpy()]

    return Workload(f"GPT train step L4 d128 T128 B8, Adam{', plain' if plain else ''}", 0.9, ours, theirs)


def generate(plain: bool) -> Workload:
    """24 tokens behind 8, the likeliest ones, the whole text computed for each."""
    mine, its = two_gpts(plain)
    prompt = rng.integers(0, 65, (1, 8))
    torch_prompt = torch.from_numpy(prompt)

    def ours() -> list[Any]:
        return [mine.generate(prompt, 24, temperature=0).data]

    def theirs() -> list[Any]:
        return [its.generate(torch_prompt, 24).numpy()]

    return Workload(f"generate 24 tokens without a past, L4 d128{', plain' if plain else ''}", 0.7, ours, theirs)


def small_chain(x: Any) -> Any:
    """200 operations on one number."""
    for _ in range(100):
        x = x * 1.01 + 0.5
    return x


def adam() -> Workload:
    start, g = floats(1_000_000), floats(1_000_000)
    mine, its = tiny.Tensor(start.copy(), requires_grad=True), torch.from_numpy(start.copy()).requires_grad_()
    mine.grad, its.grad = g, torch.from_numpy(g.copy())
    tiny_adam, torch_adam = tiny.Adam([mine]), torch.optim.Adam([its])

    def ours() -> list[Any]:
        tiny_adam.step()
        return [mine.data]

    def theirs() -> list[Any]:
        torch_adam.step()
        return [its.detach().numpy()]

    return Workload("Adam step, 1M parameters", 1.1, ours, theirs)


def loader() -> Workload:
    """An epoch in shuffled batches; what is compared are the classes that came, in order of their number."""
    x, ids = floats(4096, 784), np.arange(4096)
    mine = tiny.DataLoader(tiny.TensorDataset(x, ids), batch_size=64, shuffle=True, seed=0)
    pairs = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(ids))
    its = torch.utils.data.DataLoader(pairs, batch_size=64, shuffle=True)

    def ours() -> list[Any]:
        return [np.sort(np.concatenate([batch_ids.data for _, batch_ids in mine]))]

    def theirs() -> list[Any]:
        return [np.sort(torch.cat([batch_ids for _, batch_ids in its]).numpy())]

    return Workload("DataLoader 4096x784, batch 64, shuffled", 0.2, ours, theirs)


def same_start(layers: list[Any], others: list[Any]) -> None:
    with torch.no_grad():
        for layer, other in zip(layers, others, strict=True):
            other.weight.copy_(torch.from_numpy(layer.weight.data.T.copy()))
            other.bias.copy_(torch.from_numpy(layer.bias.data))


def workloads() -> Iterator[Workload]:
    yield linear()
    yield mlp_step()
    ids = rng.integers(0, 1000, 256)
    tiny_loss, torch_loss, torch_ids = tiny.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(), torch.from_numpy(ids)
    scores = floats(256, 1000)
    yield one_input(
        "softmax and cross-entropy 256x1000",
        1.2,
        scores,
        lambda x: tiny_loss(x, ids),
        lambda x: torch_loss(x, torch_ids),
    )
    for approximate in ("tanh", "none"):
        yield one_input(
            f"GELU 1024x512, approximate={approximate}",
            1.0,
            floats(1024, 512),
            tiny.GELU(approximate),
            torch.nn.GELU(approximate=approximate),
        )
    yield embedding("even", rng.integers(0, 5000, (32, 128)))
    yield embedding("as in texts", rng.zipf(1.2, (32, 128)) % 5000)
    yield layer_norm()
    yield attention(causal=False)
    yield attention(causal=True)
    for plain in (False, True):
        yield gpt_step(plain)
        yield generate(plain)
    yield adam()
    yield conv2d(3, 16, 1.0)
    yield conv2d(16, 32, 2.0)
    yield one_input(
        "max pooling 2x2, 16 channels 32x32, batch 32",
        1.2,
        floats(32, 16, 32, 32),
        tiny.nn.MaxPool2d(2),
        torch.nn.MaxPool2d(2),
    )
    yield loader()
    yield one_input("200 tiny operations", 0.6, floats(1), small_chain, small_chain)


def seconds(run: Callable[[], Any], calls: int) -> float:
    """CPU time: what other processes take from the clock is not counted."""
    started = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - started) / calls


def ratios(work: Workload, pairs: int) -> list[float]:
    """Ours over theirs, once both have given the same."""
    for got, expected in zip(work.ours(), work.theirs(), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-5, err_msg=work.name)
    calls = max(1, round(INNER_S / seconds(work.theirs, 3)))
    seconds(work.ours, calls), seconds(work.theirs, calls)
    found = []
    for pair in range(pairs):
        gc.collect()
        sides = [work.ours, work.theirs] if pair % 2 else [work.theirs, work.ours]
        took = {side: seconds(side, calls) for side in sides}
        found.append(took[work.ours] / took[work.theirs])
    return found


def import_seconds(module: str, times: int = 9) -> list[float]:
    """The first import compiles and is not counted: pip compiles what it installs."""
    code = f"import time; s = time.process_time(); import {module}; print(time.process_time() - s)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        runs = [subprocess.check_output([sys.executable, "-c", code], env=environment) for _ in range(1 + times)]
    return [float(printed) for printed in runs[1:]]


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 31
    print(
        f"{date.today()}, Python {platform.python_version()}, NumPy {np.__version__}, torch {torch.__version__}, {pairs} pairs"
    )
    print(f"{'workload':<52} {'over PyTorch':>20}   goal")
    for work in workloads():
        low, middle, high = statistics.quantiles(ratios(work, pairs), n=4)
        print(f"{work.name:<52} {middle:6.2f} ({low:.2f}..{high:.2f})   {work.goal}", flush=True)
    everything = "tinytorch; [getattr(tinytorch, name) for name in tinytorch.__all__]"
    numpy_s, all_s = statistics.median(import_seconds("numpy")), statistics.median(import_seconds(everything))
    print(f"import of every public name: {all_s:.3f} s, of NumPy alone {numpy_s:.3f} s (goal: at most 0.05 s more)")


if __name__ == "__main__":
    main()
