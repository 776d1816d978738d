"""A program whose registry has one metric more: writes as JSON what clients then read, and what they are answered.

It is a program of its own because whatever follows from the registry follows when it is imported.
"""

import asyncio
import json
import sys
from pathlib import Path

from creatoraudit.domain.analytics import metrics

METRIC = metrics.Metric(
    name="like_rate",
    description="Likes per hundred plays in the window.",
    formula="100 × likes / plays",
    null_rule="never null: 0 when plays are not positive",
    unit=metrics.Unit.PERCENT,
    roll_up=metrics.RollUp.DERIVED,
    of=("likes", "plays"),
    derive=metrics.percentage,
)

if __name__ == "__main__":
    metrics.METRICS += (METRIC,)
    from shown_metrics import shown_metrics

    database_url, file = sys.argv[1:]
    Path(file).write_text(json.dumps(asyncio.run(shown_metrics(database_url))))
