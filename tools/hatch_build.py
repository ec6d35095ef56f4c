"""Put the students' notebooks into the wheel, made from modules/ and milestones/ by the code that makes a release."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StudentNotebooks(BuildHookInterface):
    """Adds ``tinytorch_lab/_course`` to a wheel: course.toml, one notebook a lesson and one a milestone, no sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generate into a temporary folder and include that; an editable install reads modules/ itself."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from tinytorch_lab.course import source

        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        (folder / "course.toml").write_bytes(Path(self.root, "modules", "course.toml").read_bytes())
        for module in source.catalogue().modules:
            if source.has_lesson(module):
                target = folder / module.notebook
                target.parent.mkdir(parents=True)
                target.write_bytes(source.notebook_text(module).encode())
        (folder / "milestones").mkdir()
        for name in source.milestones():
            (folder / name).write_bytes(source.milestone_text(name).encode())
        build_data["force_include"][str(folder)] = "tinytorch_lab/_course"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            self._folder.cleanup()
