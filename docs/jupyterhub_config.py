"""TinyTorch Lab for a class on one machine, whose students have accounts there. docs/jupyterhub.md says more.

Start it as root: jupyterhub -f jupyterhub_config.py
"""

import os

c = get_config()  # noqa: F821  JupyterHub defines it

# Where the class finds it. Keep it on loopback behind a web server that speaks HTTPS: passwords pass here.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# Students log in with the accounts of this machine (PAM is JupyterHub's default). For some of them only, write instead:
# c.PAMAuthenticator.allowed_groups = {"students"}
c.Authenticator.allow_all = True

# Each student's server and kernels run under the student's own uid (JupyterHub's default, stated since all rests on it) ...
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

# ... in the student's home, where the navigator's first screen makes the folder "course".
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"

# What servers and kernels write is the student's alone, also where homes can be read by others, as Debian makes them.
os.umask(0o077)
