"""What workers can be told to run, by the name on the wire."""

from __future__ import annotations

import sys
from typing import Any

from .describe import call_of
from .tables import instances


def tasks() -> dict[str, Any]:
    """Celery tasks and Dramatiq actors by name."""
    return {**celery(), **dramatiq()}


def celery() -> dict[str, Any]:
    """The tasks of every Celery app; reading them makes Celery import what it was told to include."""
    if "celery" not in sys.modules:
        return {}
    from celery.app.base import Celery  # type: ignore[import-not-found,import-untyped,unused-ignore]

    found: dict[str, Any] = {}
    for app in instances(Celery):
        app.loader.import_default_modules()
        found.update(
            (f"celery {name}", call_of(getattr(task, "run", task)))
            for name, task in app.tasks.items()
            if not name.startswith("celery.")
        )
    return dict(sorted(found.items()))


def dramatiq() -> dict[str, Any]:
    """The actors of the global Dramatiq broker."""
    broker = getattr(sys.modules.get("dramatiq.broker"), "global_broker", None)
    actors = getattr(broker, "actors", None) or {}
    return {f"dramatiq {name}": call_of(actor.fn) for name, actor in sorted(actors.items())}
