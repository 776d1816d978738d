"""Under which conditions something was measured."""

import os
import platform

from benchmarks import cores, installed
from benchmarks.worlds import World


def where(before: tuple[float, ...], *, apart: bool = cores.ARE_APART) -> str:
    """The machine, and how busy it was."""
    placed = "server and client on a core each" if apart else "server and client not kept apart"
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {placed}; Python {platform.python_version()}; "
        f"load average before it began {before[0]:.1f}, at the end {os.getloadavg()[0]:.1f}."
    )


def versions() -> str:
    """Those of the peers."""
    pinned = installed.versions()
    shown = ("strawberry-graphql", "sqlmodel", "fastapi", "mercurius", "graphql-yoga", "postgraphile")
    return "Peers: " + ", ".join(f"{name} {pinned[name]}" for name in shown) + "."


def built_in(built: list[World]) -> str:
    """How long it took to make some worlds, as far as that is known."""
    known = [
        f"{world.size.accounts * world.size.videos_per_account:,} videos in {world.seconds:,.0f} s"
        for world in built
        if world.seconds
    ]
    return f"built {' and '.join(known)}" if known else "built before"
