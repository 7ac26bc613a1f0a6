"""Announce the end of a route before it comes: Deprecation (RFC 9745) and Sunset (RFC 8594).

router = APIRouter(deprecated=True, dependencies=[Depends(deprecated(since=…, sunset=…))])
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime

from fastapi import Response


def deprecated(
    *, since: datetime, sunset: datetime, successor: str | None = None
) -> Callable[[Response], Awaitable[None]]:
    """Give a dependency that tells every caller until when the route will answer (times in UTC)."""
    headers = {
        "Deprecation": f"@{since.timestamp():.0f}",
        "Sunset": format_datetime(sunset, usegmt=True),
    }
    if successor:
        headers["Link"] = f'<{successor}>; rel="successor-version"'

    async def announce(response: Response) -> None:
        response.headers.update(headers)

    return announce
