"""All rules, the most useful first: views show the first few sentences at once, the others on demand."""

from __future__ import annotations

from tinytorch_lab.understand import (
    allocation,
    comparison,
    cores,
    hot,
    limits,
    resident,
    surroundings,
    training,
    trust,
)
from tinytorch_lab.understand.rule import Rule

RULES: dict[str, Rule] = {
    # What endangers the kernel, or the figures.
    "swap": surroundings.swap,
    "memory-limit": surroundings.memory_limit,
    "devices": surroundings.devices,
    "short": trust.short,
    "crowded": cores.crowded,
    # What changed.
    "slower": comparison.slower,
    "faster": comparison.faster,
    # What the cell did, and what to try.
    "hot-line": hot.hot_line,
    "waiting": cores.waiting,
    "temporaries": allocation.temporaries,
    "copy": allocation.copy,
    "objects": allocation.objects,
    "compute-bound": limits.compute_bound,
    "memory-bound": limits.memory_bound,
    "overhead-bound": limits.overhead_bound,
    "activations": training.activations,
    "optimizer-state": training.optimizer_state,
    "gc": surroundings.collector,
    "blas-threads": cores.blas_threads,
    "page-churn": resident.page_churn,
    "view": allocation.view,
    "untouched": resident.untouched,
    "c-buffers": resident.c_buffers,
    "tracing": trust.tracing,
    "several-cores": cores.several_cores,
    "one-core": cores.one_core,
    "first-touch": resident.first_touch,
    "dominant": hot.dominant,
    # What else to know.
    "children": surroundings.children,
    "noise": trust.noise,
}
