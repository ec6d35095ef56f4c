"""What lesson 19 exports, under the original course's path; found in ``tinytorch.perf.benchmarking`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.perf.benchmarking import Benchmark as Benchmark
    from tinytorch.perf.benchmarking import BenchmarkResult as BenchmarkResult
    from tinytorch.perf.benchmarking import BenchmarkSuite as BenchmarkSuite
    from tinytorch.perf.benchmarking import TinyMLPerf as TinyMLPerf

_HOME = {
    "Benchmark": "perf.benchmarking",
    "BenchmarkResult": "perf.benchmarking",
    "BenchmarkSuite": "perf.benchmarking",
    "TinyMLPerf": "perf.benchmarking",
}

__all__ = [
    "Benchmark",
    "BenchmarkResult",
    "BenchmarkSuite",
    "TinyMLPerf",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
