"""`python seed.py` writes a user, a session and an order, and prints what a caller needs to read them."""

import asyncio
import json
from datetime import timedelta

from shop.auth import tokens
from shop.auth.models import LoginSession
from shop.auth.tokens import AccessToken
from shop.database import Database, utc_now
from shop.orders.models import Order
from shop.settings import Settings
from shop.users.models import User


async def seed(settings: Settings) -> dict[str, str]:
    """Return the token of the user and the id of the order."""
    database = Database(settings.database)
    async with database.sessions.begin() as session:
        user = User(email="ada@example.com", name="Ada", password_hash="none")
        session.add(user)
        await session.flush()
        in_a_day = utc_now() + timedelta(days=1)
        login = LoginSession(user_id=user.id, refresh_token_hash="none", expires_at=in_a_day)
        order = Order(owner_id=user.id, product="a lamp", quantity=2)
        session.add_all([login, order])
    await database.dispose()
    return {
        "token": tokens.encode(AccessToken(user.id, login.id), settings.auth),
        "order_id": str(order.id),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(seed(Settings()))))
