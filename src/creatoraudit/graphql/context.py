"""What every resolver of one operation shares."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events
from creatoraudit.http.keys import Keys
from creatoraudit.rate_limits import Window


@dataclass(slots=True)
class Context:
    """Who asks, what can be asked, and what this operation has already loaded."""

    db: Database
    actor: Actor
    keys: Keys
    events: Events
    window: Window
    sourced: frozenset[str]
    """The platforms that are refreshed."""
    loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)


Info = strawberry.Info[Context, None]
