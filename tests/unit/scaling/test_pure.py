import ast
import bisect
import math

import numpy as np
import pytest

from tinytorch_lab.scaling.pure import repeatable

SEARCH = "lo, hi = 0, n\nwhile lo < hi:\n    m = (lo + hi) // 2\n    if v[m] < w:\n        lo = m + 1\n    else:\n        hi = m"
NAMES = {
    "t": {1: 2}, "k": 1, "n": 3, "w": 1, "v": [1, 2], "x": [1], "s": {1, 2}, "i": iter([1]), "nested": [[1]],
    "np": np, "z": np.ones((2, 2)), "objects": np.array([1, "a"], object), "kind": type("Kind", (np.ndarray,), {})(2),
    "bisect": bisect, "math": math, "odd": type("Odd", (list,), {})([1]),
}  # fmt: skip


@pytest.mark.parametrize(
    "source",
    ["a = t[k]", "a = (n - 1) in s", "a = 0\nfor j in range(n):\n    a += j", SEARCH, "a = bisect.bisect(v, 1)",
     "a = math.sqrt(n)", "y = np.maximum(z, 0)", "e = np.exp(z - z.max(axis=1, keepdims=True))\np = e / e.sum()", "y = z @ z.T",
     "y = z.reshape(-1)[::2]", "a = n\nb = 0\nwhile a:\n    a //= 2\n    b += 1"],
)  # fmt: skip
def test_lookups_and_arithmetic_can_be_repeated(source: str) -> None:
    assert repeatable(ast.parse(source), NAMES)


@pytest.mark.parametrize(
    "source",
    ["v.append(1)", "n += 1", "a = sum(i)", "a = bisect.insort(v, 1)", "x[0] = 1", "a = x\na += x", "del v",
     "len = x\na = len(v)", "a = nested[0]\na += x", "a = odd[0]", "import os", "a = open('f')",
     "a = sorted(v, key=print)", "z -= 0.1", "y = z.T\ny += 1", "y = np.add(z, z, out=z)",
     "y = np.random.rand(3)", "z[0] = 1",
     "z.sort()", "np.fill_diagonal(z, 0)", "y = objects.sum()", "a = np", "y = np.load('f')",
     "y = kind.sum()", "if n:\n    a = 1\na += 1", "def f(): pass", "a = [j for j in v]", "a = v.pop()"],
)  # fmt: skip
def test_what_may_change_something_is_not_repeated(source: str) -> None:
    assert not repeatable(ast.parse(source), NAMES)
