"""For all tests. pytest wants plugins named here; other Pythons run only the unit and kernel tests, without pytest-jupyter."""

from importlib.util import find_spec

pytest_plugins = ["pytest_jupyter.jupyter_server"] if find_spec("pytest_jupyter") else []
