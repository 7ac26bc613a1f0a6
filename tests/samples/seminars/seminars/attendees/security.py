from typing import Any

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from seminars.config import settings
from seminars.database import session_of_request
from seminars.models import Attendee

bearer = OAuth2PasswordBearer(tokenUrl="/login")


def claims_of(token: str) -> dict[str, Any]:
    try:
        return jwt.decode(token, settings.token.signing_key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "Sign in again") from error


async def current_attendee(
    token: str = Depends(bearer),
    session: AsyncSession = Depends(session_of_request),  # finds: commit-after-response
) -> Attendee:
    claims = claims_of(token)
    attendee = await session.get(Attendee, claims["sub"])  # finds: jwt-subject-unconverted
    if attendee is None:
        raise HTTPException(401, "Sign in again")
    return attendee


async def admitted_attendee(attendee: Attendee = Depends(current_attendee)) -> Attendee:
    if attendee.is_blocked:
        raise HTTPException(403, "This account is blocked")
    return attendee
