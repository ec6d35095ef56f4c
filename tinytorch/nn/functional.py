"""Layers, activations and losses as functions of tensors, under PyTorch's names.

Each loads the lesson's file that has it when it is called, so that importing this loads none.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def dropout(x: "Tensor", p: float = 0.5, training: bool = True) -> "Tensor":
    """``x`` with elements dropped with probability ``p``, the others divided by ``1 - p``."""
    from tinytorch.core.layers import Dropout

    result: Tensor = Dropout(p)(x, training=training)
    return result


def mse_loss(outputs: "Tensor", targets: "Tensor | Array") -> "Tensor":
    """Mean squared error; both of one shape."""
    from tinytorch.core.losses import MSELoss

    return _loss(MSELoss, outputs, targets)


def cross_entropy(scores: "Tensor", ids: "Tensor | Array") -> "Tensor":
    """Cross-entropy of scores (B, C) and class ids (B,)."""
    from tinytorch.core.losses import CrossEntropyLoss

    return _loss(CrossEntropyLoss, scores, ids)


def binary_cross_entropy(probabilities: "Tensor", targets: "Tensor | Array") -> "Tensor":
    """Binary cross-entropy of probabilities and targets of one shape."""
    from tinytorch.core.losses import BinaryCrossEntropyLoss

    return _loss(BinaryCrossEntropyLoss, probabilities, targets)


def _loss(kind: Any, outputs: "Tensor", targets: "Tensor | Array") -> "Tensor":
    result: Tensor = kind()(outputs, targets)
    return result
