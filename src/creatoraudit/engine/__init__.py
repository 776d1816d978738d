"""Executes GraphQL operations of Strawberry schemas by plans: each level for all its parents at once."""

from creatoraudit.engine.batches import BATCH, Batch
from creatoraudit.engine.cache import Recent
from creatoraudit.engine.coverage import coverage
from creatoraudit.engine.engine import Answer, Engine
from creatoraudit.engine.instances import InstancesOf
from creatoraudit.engine.leaves import AsIs
from creatoraudit.engine.operation import Operation
from creatoraudit.engine.reads import ATTRIBUTE, READS, Reads
from creatoraudit.engine.selection import Selection
from creatoraudit.engine.tables import Table

__all__ = [
    "ATTRIBUTE",
    "BATCH",
    "READS",
    "Answer",
    "AsIs",
    "Batch",
    "Engine",
    "InstancesOf",
    "Operation",
    "Reads",
    "Recent",
    "Selection",
    "Table",
    "coverage",
]
