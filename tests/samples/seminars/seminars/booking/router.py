import time
from typing import Annotated

import requests
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from seminars.attendees.security import current_attendee
from seminars.database import report_session, session_of_request
from seminars.models import Attendee, Seminar

router = APIRouter(prefix="/seminars")


class Title(BaseModel):
    title: str


class SeminarView(Title):
    id: int


async def known_seminar(seminar_id: int, session: AsyncSession = Depends(session_of_request)) -> Seminar:  # finds: commit-after-response
    seminar = await session.get(Seminar, seminar_id)
    if seminar is None:
        raise HTTPException(404, "No such seminar")
    return seminar


async def own_seminar(
    seminar: Seminar = Depends(known_seminar),
    me: Attendee = Depends(current_attendee),
) -> Seminar:
    if seminar.host_id != me.id:
        raise HTTPException(403, "Not your seminar")
    return seminar


@router.put("/{seminar_id}")
async def rename(wanted: Title, seminar: Annotated[Seminar, Depends(own_seminar)]) -> SeminarView:
    seminar.title = wanted.title
    return SeminarView(id=seminar.id, title=seminar.title)


@router.post("/", status_code=201)
async def announce(
    wanted: Title,
    me: Attendee = Depends(current_attendee),  # finds: default-style-dependency
    session: AsyncSession = Depends(session_of_request),  # finds: commit-after-response
) -> SeminarView:
    if await session.scalar(select(Seminar).where(Seminar.title == wanted.title)):  # finds: query-in-route
        raise HTTPException(409, "There is such a seminar")
    seminar = Seminar(title=wanted.title, host_id=me.id)
    session.add(seminar)
    await session.flush()
    return SeminarView(id=seminar.id, title=seminar.title)


@router.get("/{seminar_id}/directions")
async def directions(seminar_id: int, me: Attendee = Depends(current_attendee)) -> str:  # finds: default-style-dependency
    time.sleep(1)  # finds: blocking-call-in-async
    page = requests.get(f"https://maps.example/seminars/{seminar_id}", timeout=5).text  # finds: blocking-call-in-async
    return page + open("directions.txt").read()  # finds: blocking-call-in-async


@router.get("/count")
def count(me: Attendee = Depends(current_attendee), session: Session = Depends(report_session)) -> int:  # finds: default-style-dependency
    return session.scalar(select(func.count()).select_from(Seminar)) or 0  # finds: query-in-route
