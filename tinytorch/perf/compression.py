# Generated from modules/16_compression/compression_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Compression: pruned weights, removed neurons, factors of low rank, and small networks that learn from large ones."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from tinytorch.core.activations import GELU, ReLU, Sigmoid, Tanh
from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Dropout, Linear, Module, Parameter, Sequential
from tinytorch.core.losses import CrossEntropyLoss, log_softmax
from tinytorch.core.optimizers import Optimizer
from tinytorch.core.tensor import Array, Tensor
from tinytorch.perf.profiling import Profiler
from tinytorch.perf.quantization import model_bytes, replace_layers


def largest(scores: Array, count: int) -> Array:
    """A mask of the shape of ``scores``, True at exactly ``count`` places: the largest scores; of equal ones, those that come first.
    ``largest(np.array([3.0, 1.0, 3.0, 2.0]), 2)`` is [True, False, True, False]. ``count`` is from 0 to ``scores.size``."""
    keep = np.zeros(scores.size, bool)
    keep[np.argsort(-scores.ravel(), kind="stable")[:count]] = True
    return keep.reshape(scores.shape)


def weights_of(m: Module) -> list[Parameter]:
    """The parameters of ``m`` with two or more axes, each once. ValueError if it has none."""
    weights = [parameter for parameter in m.parameters() if parameter.ndim > 1]
    if not weights:
        raise ValueError(f"There are no weights to prune in {m}.")
    return weights
def measure_sparsity(m: Module) -> float:
    """The share of the weights of ``m`` that are 0, from 0.0 to 1.0; all weights count alike, whatever layer they are in."""
    weights = weights_of(m)
    return float(sum((w.data == 0).sum() for w in weights) / sum(w.size for w in weights))


def magnitude_prune(m: Module, sparsity: float) -> Module:
    """Set the share ``sparsity`` of all weights of ``m`` to 0, in place: those of the smallest magnitude in the whole model. Returns ``m``.
    No mask is kept: the zeros are the mask, and training goes over them unless its optimizer is in a ``KeepZeros``. ValueError unless 0 <= ``sparsity`` <= 1."""
    if not 0 <= sparsity <= 1:
        raise ValueError(f"The sparsity must be from 0 to 1, got {sparsity}.")
    weights, start = weights_of(m), 0
    sizes = np.concatenate([np.abs(w.data).ravel() for w in weights])
    keep = largest(sizes, sizes.size - round(sparsity * sizes.size))
    for w in weights:
        w.data[~keep[start : start + w.size].reshape(w.shape)] = 0
        start += w.size
    return m


class KeepZeros(Optimizer):
    """Steps as ``inner`` does, but weights that are 0 stay 0: ``KeepZeros(Adam(model.parameters(), lr=0.01))``, to be used instead of the Adam.
    Only weights, with two or more axes; biases may leave 0. Set ``lr`` here, not in ``inner``, whose earlier state is not taken over."""
    def __init__(self, inner: Optimizer) -> None:
        super().__init__(inner.params, inner.lr)
        self.inner = inner
    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        """One step of one parameter: ``w`` changes in place, where it is not 0."""
        zeros = w == 0
        self.inner.lr = self.lr
        self.inner.update(w, g, state)
        if w.ndim > 1:
            w[zeros] = 0


BETWEEN = (ReLU, Sigmoid, Tanh, GELU, Dropout)  # what treats each element on its own
def hidden_pairs(m: Module) -> list[tuple[Linear, Linear]]:
    """Two Linear layers in a row, for each such place in a Sequential inside ``m``: what the first one gives goes to the second one alone.
    A layer that stands in several places is in none: others would notice. ValueError if there is no pair."""
    places, pairs = Counter(module for module in m.modules() if isinstance(module, Linear)), []
    for sequential in (module for module in m.modules() if isinstance(module, Sequential)):
        row = [layer for layer in sequential.layers if not isinstance(layer, BETWEEN)]
        pairs += [(a, b) for a, b in pairwise(row) if isinstance(a, Linear) and isinstance(b, Linear) and places[a] == places[b] == 1]
    if not pairs:
        raise ValueError(f"There are no two Linear layers in a row, in a Sequential, in {m}.")
    return pairs


def structured_prune(m: Module, ratio: float) -> Module:
    """Remove the share ``ratio`` of the neurons between each of the ``hidden_pairs`` of ``m``, those whose weights have the smallest norm, but never the last one.
    The layers get smaller parameters, in place; optimizers have to be made anew. Returns ``m``. ValueError unless 0 <= ``ratio`` <= 1, or without a pair.
    For layers that are in no Sequential: ``structured_prune(Sequential(block.linear1, block.linear2), 0.5)``."""
    if not 0 <= ratio <= 1:
        raise ValueError(f"The ratio must be from 0 to 1, got {ratio}.")
    for first, second in hidden_pairs(m):
        norms = np.linalg.norm(first.weight.data, axis=0)
        keep = largest(norms, max(1, norms.size - round(ratio * norms.size)))
        first.weight, second.weight = Parameter(first.weight.data.compress(keep, axis=1)), Parameter(second.weight.data.compress(keep, axis=0))
        if first.bias is not None:
            first.bias = Parameter(first.bias.data.compress(keep))
        first.out_features = second.in_features = second.weight.shape[0]
    return m


def low_rank_approximate(W: "Tensor | Array", rank_ratio: float = 0.5) -> tuple[Array, Array, Array]:
    """Factors u (K, r), s (r,) and v (r, N) with ``(u * s) @ v`` as close to W (K, N) as a matrix of rank r can be; s falls and is >= 0.
    r is the share ``rank_ratio`` of the smaller side, rounded, at least 1. ValueError unless 0 < ``rank_ratio`` <= 1 and W has two axes."""
    w = np.asarray(W)
    if not 0 < rank_ratio <= 1 or w.ndim != 2:
        raise ValueError(f"A matrix and a ratio above 0 and up to 1 are needed, got {w.shape} and {rank_ratio}.")
    u, s, v = np.linalg.svd(w, full_matrices=False)
    rank = max(1, round(rank_ratio * len(s)))
    return u[:, :rank], s[:rank], v[:rank]


def factor_linear(layer: Linear, rank_ratio: float = 0.5) -> Sequential:
    """``Sequential(Linear(in, r, bias=False), Linear(r, out))`` that computes nearly what ``layer`` does, by ``low_rank_approximate`` of its weight.
    The second layer has a copy of the bias, or none if ``layer`` has none. Errors are those of ``low_rank_approximate``."""
    u, s, v = low_rank_approximate(layer.weight, rank_ratio)
    first, second = Linear(layer.in_features, s.size, bias=False), Linear(s.size, layer.out_features, bias=layer.bias is not None)
    first.weight, second.weight = Parameter(u * np.sqrt(s)), Parameter(np.sqrt(s)[:, None] * v)
    second.bias = None if layer.bias is None else Parameter(layer.bias.data.copy())
    return Sequential(first, second)
def low_rank_layers(m: Module, rank_ratio: float = 0.5) -> Module:
    """Put ``factor_linear(layer, rank_ratio)`` in the place of each Linear inside ``m`` of which it has fewer weights. Returns ``m``, or the new pair for a Linear."""
    def thin(layer: Linear) -> Module:
        pair = factor_linear(layer, rank_ratio)
        return pair if sum(w.size for w in weights_of(pair)) < layer.weight.size else layer
    holder = Sequential(m)
    replace_layers(holder, Linear, thin)
    return holder.layers[0]  # type: ignore[return-value]


class KnowledgeDistillation:
    """Trains ``student`` by the answers of ``teacher``: ``loss = KnowledgeDistillation(teacher, student)`` is a loss for
    ``Trainer(student, optimizer, loss).train_epoch(loss.batches(batches))``. ValueError unless ``temperature`` > 0 and 0 <= ``alpha`` <= 1."""
    def __init__(self, teacher: Module, student: Module, temperature: float = 3.0, alpha: float = 0.7) -> None:
        if not (temperature > 0 and 0 <= alpha <= 1):
            raise ValueError(f"temperature must be above 0 and alpha from 0 to 1, got {temperature} and {alpha}.")
        self.teacher, self.student, self.temperature, self.alpha = teacher, student, temperature, alpha
    def distillation_loss(self, student_scores: Tensor, teacher_scores: "Tensor | Array", labels: "Tensor | Array") -> Tensor:
        """``alpha * T**2 * KL(p, q) + (1 - alpha) * cross_entropy``, the mean over rows, for scores (B, C) and class ids (B,): a number.
        p and q are the softmax of the teacher's and of the student's scores / T, T the ``temperature``. Only ``student_scores`` get a gradient."""
        log_p = log_softmax(np.asarray(teacher_scores) / self.temperature)
        log_q = log_softmax(student_scores / self.temperature)
        soft = (np.exp(log_p) * (log_p - log_q)).sum() * (self.temperature**2 / len(log_p))
        return self.alpha * soft + (1 - self.alpha) * CrossEntropyLoss()(student_scores, labels)
    def __call__(self, student_scores: Tensor, targets: tuple[Any, Any]) -> Tensor: return self.distillation_loss(student_scores, *targets)
    def batches(self, batches: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, tuple[Tensor, Any]]]:
        """For each (inputs, labels): (inputs, (teacher's scores, labels)). The teacher computes in its eval mode, and goes back to the mode it was in."""
        for inputs, labels in batches:
            mode = self.teacher.training
            with no_grad():
                scores = self.teacher.eval()(inputs)
            self.teacher.train(mode)
            yield inputs, (scores, labels)


class Compressor:
    """Several ways in the right order: ``Compressor().compress_model(model, {"structured_prune": 0.5, "low_rank": 0.5, "magnitude_prune": 0.8})``."""
    ways: Mapping[str, Callable[[Any, float], Module]] = {"structured_prune": structured_prune, "low_rank": low_rank_layers, "magnitude_prune": magnitude_prune}
    def compress_model(self, model: Module, config: Mapping[str, float]) -> dict[str, Any]:
        """Compress ``model``, in place, by the ``ways`` that ``config`` names, in the order of ``ways``. Returns what it was and is: "parameters_before" and
        "_after", "bytes_before" and "_after", "sparsity", and "applied", the names. ValueError, and nothing changed, for an unknown name."""
        if unknown := config.keys() - self.ways.keys():
            raise ValueError(f"There is no way {sorted(unknown)}, only {list(self.ways)}.")
        applied, profiler = [name for name in self.ways if name in config], Profiler()
        before = {"parameters_before": profiler.count_parameters(model), "bytes_before": model_bytes(model)}
        for name in applied:
            self.ways[name](model, config[name])
        after = {"parameters_after": profiler.count_parameters(model), "bytes_after": model_bytes(model)}
        return {**before, **after, "sparsity": measure_sparsity(model), "applied": applied}
