"""`plumb migrate`: Alembic for async projects; what is theirs runs in their own interpreter (`inside/`)."""
