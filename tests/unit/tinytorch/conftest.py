import os
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch; without it skip with the reason, or fail where CI promises parity."""
    try:
        import torch
    except ImportError:
        if os.environ.get("CI") and os.environ.get("TINYTORCH_PARITY"):
            pytest.fail("CI asks for parity with PyTorch (TINYTORCH_PARITY), but torch cannot be imported.")
        pytest.skip("torch is not installed: pip install 'tinytorch-lab[parity]' compares with PyTorch")
    return torch  # type: ignore[no-any-return]
