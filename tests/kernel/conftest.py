from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: lets the tests import kernels.py

from kernels import Kernel, running_kernel


@pytest.fixture(scope="session")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("shared")) as kernel:
        yield kernel


@pytest.fixture
def kernel(shared_kernel: Kernel) -> Iterator[Kernel]:
    """The kernel that most tests share; each one must leave it clean."""
    yield shared_kernel
    assert shared_kernel.leftovers() == []


@pytest.fixture
def fresh_kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel of its own, for tests that change what others rely on."""
    with running_kernel(tmp_path) as kernel:
        yield kernel
        assert kernel.leftovers() == []


@pytest.fixture
def plain_kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel in which nothing of ours is loaded."""
    with running_kernel(tmp_path, extension=False) as kernel:
        yield kernel
