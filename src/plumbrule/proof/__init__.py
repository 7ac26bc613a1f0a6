"""Proves that two trees behave the same: snapshots by the project's own interpreter, compared."""
