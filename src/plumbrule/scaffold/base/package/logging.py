"""JSON lines on standard output, with the request's id in each and no secret in any."""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from [[ package ]].settings import LogSettings

SECRETS = frozenset(
    {"access_token", "authorization", "cookie", "current_password", "new_password", "password"}
    | {"password_hash", "refresh_token", "secret", "secret_key", "set-cookie", "token"}
)


class NamedLogger(structlog.PrintLogger):
    """Each line says which module wrote it."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name


def configure_logging(settings: LogSettings) -> None:
    """Send the application's lines, and those of every library, through one chain."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderers: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if settings.format == "console"
        else [structlog.processors.format_exc_info, render_json]
    )
    structlog.configure(
        processors=[*chain, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=NamedLogger,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"  # `RequestContext` writes a better line


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: "[redacted]" if key.lower() in SECRETS else value for key, value in event.items()}


def render_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return orjson.dumps(event, default=repr).decode()
