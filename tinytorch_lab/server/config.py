"""What whoever runs the server decides, in its configuration: ``jupyter_server_config.py`` or the command line."""

from __future__ import annotations

from traitlets import Bool, Unicode
from traitlets.config import Configurable


class TinyTorchLab(Configurable):
    """The part of TinyTorch Lab that runs in the Jupyter server."""

    instructor = Bool(
        False,
        help="Whether this server is an instructor's: only then does it read lessons with their solutions, release, and grade.",
    ).tag(config=True)

    class_folder = Unicode(
        "",
        help="The class folder. Default: the nearest one from the server's root upwards, or the root itself if it holds "
        "modules/NN_name/name_dev.py.",
    ).tag(config=True)
