from collections.abc import AsyncIterator

from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt  # finds: jose-import
from sqlalchemy.ext.asyncio import AsyncSession

from kennel.config import settings
from kennel.db import NewSession
from kennel.models.keeper import Keeper

bearer = OAuth2PasswordBearer(tokenUrl="/v1/login")


async def database() -> AsyncIterator[AsyncSession]:
    async with NewSession() as db:
        try:
            yield db
            await db.commit()
        except Exception:
            await db.rollback()
            raise


async def signed_in(token: str = Depends(bearer), db: AsyncSession = Depends(database)) -> Keeper:
    try:
        claims = jwt.decode(token, settings.jwt_secret, algorithms=[settings.jwt_algorithm])
        keeper_id: str = claims.get("sub")
    except JWTError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "The token is no good")
    keeper = await db.get(Keeper, keeper_id)  # finds: jwt-subject-unconverted
    if not keeper:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "The keeper has left")
    return keeper
