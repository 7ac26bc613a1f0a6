"""`python -m [[ package ]].users.promote EMAIL` makes an administrator. No route does."""

import asyncio
import sys

from sqlalchemy import update

from [[ package ]].database import Database
from [[ package ]].settings import Settings
from [[ package ]].users.models import User
from [[ package ]].users.permissions import Role


async def promote(email: str) -> bool:
    database = Database(Settings().database)
    async with database.sessions.begin() as session:
        user_id = await session.scalar(
            update(User).where(User.email == email.lower()).values(role=Role.ADMIN).returning(User.id)
        )
    await database.dispose()
    return user_id is not None


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m [[ package ]].users.promote EMAIL")
    if not asyncio.run(promote(sys.argv[1])):
        sys.exit(f"There is no account with the email address {sys.argv[1]}.")
