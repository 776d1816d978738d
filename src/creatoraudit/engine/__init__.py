"""Executes GraphQL operations of Strawberry schemas by plans: each level for all its parents at once."""

from creatoraudit.engine.batches import BATCH, Batch
from creatoraudit.engine.cache import Recent
from creatoraudit.engine.coverage import coverage
from creatoraudit.engine.engine import Answer, Engine
from creatoraudit.engine.leaves import AsIs
from creatoraudit.engine.objects import InstancesOf
from creatoraudit.engine.operation import Operation
from creatoraudit.engine.selection import Selection

__all__ = ["BATCH", "Answer", "AsIs", "Batch", "Engine", "InstancesOf", "Operation", "Recent", "Selection", "coverage"]
