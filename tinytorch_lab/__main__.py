"""``python -m tinytorch_lab`` is the command ``tinytorch-lab``."""

import sys

from tinytorch_lab.cli import main

sys.exit(main())
