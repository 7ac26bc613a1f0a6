from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy.ext.asyncio import AsyncSession

from kennel.api.deps import database
from kennel.security import new_token
from kennel.services import keepers

router = APIRouter(tags=["login"])


@router.post("/login")
async def sign_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    db: AsyncSession = Depends(database),  # finds: commit-after-response, default-style-dependency
) -> dict[str, str]:
    keeper = await keepers.admitted(db, form.username, form.password)
    if keeper is None:
        raise HTTPException(401, "Wrong address or password")
    return {"access_token": new_token(str(keeper.id)), "token_type": "bearer"}
