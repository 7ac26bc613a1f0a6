"""How often one account or one address may try."""

import math
import time

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from [[ package ]].errors import TooManyRequests


class RateLimiter:
    def __init__(self, storage_url: str) -> None:
        storage = storage_from_string(storage_url, implementation="redispy")
        if not isinstance(storage, Storage):
            raise TypeError(f"{storage_url} would block the event loop: it must begin with async+")
        self._strategy = FixedWindowRateLimiter(storage)

    async def hit(self, limit: str, *key: str) -> None:
        """Count one attempt, or raise `TooManyRequests` with the time to wait."""
        item = parse(limit)
        if not await self._strategy.hit(item, *key):
            raise TooManyRequests(await self._seconds_left(item, *key))

    async def forget(self, limit: str, *key: str) -> None:
        await self._strategy.clear(parse(limit), *key)

    async def _seconds_left(self, item: RateLimitItem, *key: str) -> int:
        window = await self._strategy.get_window_stats(item, *key)
        return max(1, math.ceil(window.reset_time - time.time()))


def client_address(request: Request) -> str:
    """As the server saw it. Uvicorn believes X-Forwarded-For only from FORWARDED_ALLOW_IPS."""
    return request.client.host if request.client else "unknown"
