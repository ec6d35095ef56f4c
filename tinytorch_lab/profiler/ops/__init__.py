"""What the operations of tinytorch took, if it is loaded: nothing here imports it."""

from tinytorch_lab.profiler.ops.watch import OpsWatch

__all__ = ["OpsWatch"]
