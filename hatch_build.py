"""Puts into the wheel what is made at build time: references and assets of the skills for coding agents."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SkillsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Asks the package itself for its skills; a checkout makes them when they are asked for."""

    folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write what is generated to a folder beside, and have it taken into the wheel."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from plumbrule.report.skills import generated  # noqa: PLC0415

        self.folder = Path(tempfile.mkdtemp(prefix="plumb-skills-"))
        for path, text in generated().items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            build_data["force_include"][str(file)] = f"plumbrule/.agents/skills/{path}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Leave nothing behind."""
        if self.folder is not None:
            shutil.rmtree(self.folder)
