"""Memory of a training step by role."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import MIB, Finding

TIMES_PARAMETERS = 2
OPTIMIZER_SHARE = 1.5
WORTH_BYTES = MIB


def activations(m: Measurement) -> Finding | None:
    """What is kept for the backward pass is much more than the model."""
    if m.tensors is None or not m.tensors.parameters_bytes:
        return None
    kept, parameters = m.tensors.activations_bytes, m.tensors.parameters_bytes
    if kept is None or kept < WORTH_BYTES or kept < TIMES_PARAMETERS * parameters:
        return None
    return Finding(
        f"{words.size(kept)} of results were kept for the backward pass, {words.number(kept / parameters)} times the "
        "parameters: their size grows with the batch. Smaller batches need less; large systems compute some results "
        "twice instead (checkpointing).",
        {"activations_bytes": kept, "parameters_bytes": parameters},
    )


def optimizer_state(m: Measurement) -> Finding | None:
    """The optimizer holds more than the parameters."""
    if m.tensors is None or not m.tensors.parameters_bytes:
        return None
    state, parameters = m.tensors.optimizer_bytes, m.tensors.parameters_bytes
    if state is None or state < WORTH_BYTES or state < OPTIMIZER_SHARE * parameters:
        return None
    return Finding(
        f"The optimizer holds {words.size(state)}, {words.number(state / parameters)} times the parameters: Adam "
        "keeps two averages for each of them, SGD none or one. For large models this decides how many machines are "
        "needed.",
        {"optimizer_bytes": state, "parameters_bytes": parameters},
    )
