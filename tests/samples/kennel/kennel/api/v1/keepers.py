from fastapi import APIRouter, Depends, HTTPException, status
from sqlalchemy.ext.asyncio import AsyncSession

from kennel.api.deps import database, signed_in
from kennel.models.keeper import Keeper
from kennel.schemas.keeper import Badge, Door, KeeperView, NewKeeper
from kennel.services import keepers

router = APIRouter(prefix="/keepers", tags=["keepers"])
visits: dict[int, int] = {}


@router.post("", response_model=KeeperView, status_code=status.HTTP_201_CREATED)
async def hire(new: NewKeeper, db: AsyncSession = Depends(database)) -> KeeperView:  # finds: commit-after-response, default-style-dependency
    try:
        keeper = await keepers.hire(db, new)
    except keepers.EmailTaken:
        raise HTTPException(status.HTTP_409_CONFLICT, "Somebody has this address")
    return KeeperView.model_validate(keeper)


@router.get("/{keeper_id}", response_model=KeeperView)
async def read(
    keeper_id: int,
    db: AsyncSession = Depends(database),  # finds: default-style-dependency
    me: Keeper = Depends(signed_in),  # finds: default-style-dependency
) -> KeeperView:
    keeper = await db.get(Keeper, keeper_id)
    if not keeper:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    if keeper.id != me.id and not me.is_head:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return KeeperView.model_validate(keeper)


@router.get("/me/badge", response_model_exclude_unset=True)
async def badge(me: Keeper = Depends(signed_in)) -> Badge:  # finds: default-style-dependency
    visits[me.id] = visits.get(me.id, 0) + 1  # finds: worker-local-state
    return await keepers.badge(me.id)


@router.get("/me/door")
async def door(me: Keeper = Depends(signed_in)) -> Door:  # finds: default-style-dependency
    return keepers.door(me)
