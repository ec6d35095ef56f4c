"""Layers, activations and losses as functions of tensors, under PyTorch's names.

Each loads the lesson's file that has it when it is called, so that importing this loads none.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tinytorch.core.spatial import Pair
    from tinytorch.core.tensor import Array, Tensor


def relu(x: "Tensor") -> "Tensor":
    """``max(x, 0)``, element by element."""
    from tinytorch.core.activations import ReLU

    return ReLU()(x)


def sigmoid(x: "Tensor") -> "Tensor":
    """``1 / (1 + exp(-x))``, element by element."""
    from tinytorch.core.activations import Sigmoid

    return Sigmoid()(x)


def tanh(x: "Tensor") -> "Tensor":
    """``tanh(x)``, element by element."""
    from tinytorch.core.activations import Tanh

    return Tanh()(x)


def gelu(x: "Tensor", approximate: str = "none") -> "Tensor":
    """``x`` times the share of a normal distribution below it; ``approximate="tanh"`` takes the cheaper formula."""
    from tinytorch.core.activations import GELU

    return GELU(approximate)(x)


def softmax(x: "Tensor", dim: int = -1) -> "Tensor":
    """Shares along ``dim``."""
    from tinytorch.core.activations import Softmax

    return Softmax()(x, dim)


def log_softmax(x: "Tensor", dim: int = -1) -> "Tensor":
    """The logarithm of ``softmax``, with all digits."""
    from tinytorch.core.losses import log_softmax as operation

    result: Tensor = operation(x, dim)
    return result


def linear(x: "Tensor", weight: "Tensor", bias: "Tensor | None" = None) -> "Tensor":
    """``x @ weight + bias``, with ``weight`` (in, out): PyTorch's is (out, in)."""
    from tinytorch.core.layers import linear as operation
    from tinytorch.core.tensor import apply

    return apply(operation, x, weight) if bias is None else apply(operation, x, weight, bias)


def embedding(ids: "Tensor | ArrayLike", weight: "Tensor") -> "Tensor":
    """The rows of ``weight`` (V, D) at ``ids`` (...): (..., D)."""
    from tinytorch.core.embeddings import as_ids
    from tinytorch.core.embeddings import embedding as operation
    from tinytorch.core.tensor import apply

    return apply(operation, weight, as_ids(ids))


def conv2d(
    x: "Tensor", weight: "Tensor", bias: "Tensor | None" = None, stride: "int | Pair" = 1, padding: "int | Pair" = 0
) -> "Tensor":
    """Convolution of images (B, C, H, W) with filters (O, C, kh, kw), plus ``bias`` (O,): (B, O, H', W')."""
    from tinytorch.core.spatial import conv2d as operation
    from tinytorch.core.spatial import pair
    from tinytorch.core.tensor import apply

    inputs = (x, weight) if bias is None else (x, weight, bias)
    return apply(operation, *inputs, stride=pair(stride, "stride"), padding=pair(padding, "padding", 0))


def max_pool2d(
    x: "Tensor", kernel_size: "int | Pair", stride: "int | Pair | None" = None, padding: "int | Pair" = 0
) -> "Tensor":
    """The largest number of each window; ``stride`` is the kernel's size unless given."""
    from tinytorch.core.spatial import MaxPool2d

    result: Tensor = MaxPool2d(kernel_size, stride, padding)(x)
    return result


def avg_pool2d(
    x: "Tensor", kernel_size: "int | Pair", stride: "int | Pair | None" = None, padding: "int | Pair" = 0
) -> "Tensor":
    """The mean of each window, padding counted; ``stride`` is the kernel's size unless given."""
    from tinytorch.core.spatial import AvgPool2d

    result: Tensor = AvgPool2d(kernel_size, stride, padding)(x)
    return result


def batch_norm(
    x: "Tensor",
    running_mean: "Array",
    running_var: "Array",
    weight: "Tensor",
    bias: "Tensor",
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> "Tensor":
    """Images (B, C, H, W), normalised for each channel; while training, the running arrays (C,) change in place."""
    from tinytorch.core.spatial import batch_norm as operation
    from tinytorch.core.tensor import apply

    running = {"running_mean": running_mean, "running_var": running_var}
    return apply(operation, x, weight, bias, **running, training=training, keep={}, momentum=momentum, eps=eps)


def layer_norm(x: "Tensor", weight: "Tensor", bias: "Tensor", eps: float = 1e-5) -> "Tensor":
    """Mean 0 and variance 1 over the last axis, times ``weight`` (n,), plus ``bias`` (n,)."""
    from tinytorch.core.tensor import apply
    from tinytorch.core.transformer import layer_norm as operation

    return apply(operation, x, weight, bias, eps=eps, keep={})


def dropout(x: "Tensor", p: float = 0.5, training: bool = True) -> "Tensor":
    """``x`` with elements dropped with probability ``p``, the others divided by ``1 - p``."""
    from tinytorch.core.layers import Dropout

    result: Tensor = Dropout(p)(x, training=training)
    return result


def scaled_dot_product_attention(Q: "Tensor", K: "Tensor", V: "Tensor", mask: Any = None) -> "tuple[Tensor, Tensor]":
    """The result of attention and its weights, as everywhere here: PyTorch's function returns the result alone.

    ``mask``: 1 or True, look; a query that may look at nothing gets zeros.
    """
    from tinytorch.core.attention import scaled_dot_product_attention as operation

    result: tuple[Tensor, Tensor] = operation(Q, K, V, mask)
    return result


def mse_loss(outputs: "Tensor", targets: "Tensor | Array") -> "Tensor":
    """Mean squared error; both of one shape."""
    from tinytorch.core.losses import MSELoss

    return _loss(MSELoss, outputs, targets)


def cross_entropy(scores: "Tensor", ids: "Tensor | Array") -> "Tensor":
    """Cross-entropy of scores (B, C, ...) and class ids (B, ...)."""
    from tinytorch.core.losses import CrossEntropyLoss

    return _loss(CrossEntropyLoss, scores, ids)


def binary_cross_entropy(probabilities: "Tensor", targets: "Tensor | Array") -> "Tensor":
    """Binary cross-entropy of probabilities and targets of one shape."""
    from tinytorch.core.losses import BinaryCrossEntropyLoss

    return _loss(BinaryCrossEntropyLoss, probabilities, targets)


def _loss(kind: Any, outputs: "Tensor", targets: "Tensor | Array") -> "Tensor":
    result: Tensor = kind()(outputs, targets)
    return result
