"""pytest-jupyter's fixtures for this folder alone: as a plugin it gives every test an event loop, and playwright has its own."""

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403


@pytest.fixture
def jp_server_config() -> dict:
    return {"ServerApp": {"jpserver_extensions": {"tinytorch_lab": True}, "allow_unauthenticated_access": False}}


@pytest.fixture
def student(jp_root_dir):
    """The server's root is a student folder."""
    from tinytorch_lab.course.workspace import new_student_folder

    new_student_folder(jp_root_dir)
    return jp_root_dir
