"""The servers that creatoraudit is measured beside: each resolves the same data from the same tables."""
