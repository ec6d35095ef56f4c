"""What lesson 17 exports, under the original course's path; found in ``tinytorch.perf.memoization`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.perf.memoization import KVCache as KVCache
    from tinytorch.perf.memoization import create_kv_cache as create_kv_cache
    from tinytorch.perf.memoization import disable_kv_cache as disable_kv_cache
    from tinytorch.perf.memoization import enable_kv_cache as enable_kv_cache

_HOME = {
    "KVCache": "perf.memoization",
    "create_kv_cache": "perf.memoization",
    "disable_kv_cache": "perf.memoization",
    "enable_kv_cache": "perf.memoization",
}

__all__ = [
    "KVCache",
    "create_kv_cache",
    "disable_kv_cache",
    "enable_kv_cache",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
