"""Sources that somebody else's package offers, as an installer leaves them behind."""

from pathlib import Path


def install_source(site: Path, name: str, factory: str) -> None:
    """Makes a source be found by whoever has the directory on its path."""
    info = site / f"{name}_source-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}_source\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[creatoraudit.sources]\n{name} = {factory}\n")
