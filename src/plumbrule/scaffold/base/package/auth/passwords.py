"""Argon2id, kept off the event loop and bounded in memory."""

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's parameters. The hash of nothing that anyone knows: verifying against it makes
# an unknown account cost as much time as a wrong password.
ARGON2ID = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
DECOY = "$argon2id$v=19$m=19456,t=2,p=1$HnXCNp/3jZpZVeOMg/hh6A$bBHVzUJauvBuIZz21ALoiAR6NQQ2LbEz/prZjCBjY9c"


class PasswordHasher:
    def __init__(self, *, threads: int) -> None:
        """`threads` bounds both the cores and, at 19 MiB each, the memory that logins may take."""
        self._limiter = CapacityLimiter(threads)

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(ARGON2ID.hash, password, limiter=self._limiter)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await to_thread.run_sync(
            ARGON2ID.verify, password, password_hash or DECOY, limiter=self._limiter
        )
        return matches and password_hash is not None
