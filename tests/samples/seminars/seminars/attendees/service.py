import httpx
from fastapi import Depends
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from seminars.attendees.schemas import AttendeeChange, AttendeeView, NewAttendee, Notice
from seminars.database import session_of_request
from seminars.models import Attendee, Seminar

cache = Redis()


class AttendeeService:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def view(self, attendee_id: int) -> AttendeeView | None:
        key = f"attendee:{attendee_id}"
        if kept := await cache.get(key):
            return AttendeeView.model_validate_json(kept)
        found = await self.session.scalar(select(Attendee).where(Attendee.id == attendee_id))
        if found is None:
            return None
        view = AttendeeView.model_validate(found)
        await cache.setex(key, 120, view.model_dump_json())
        return view

    async def seminars_of(self, attendee_id: int) -> list[str]:
        titles = await self.session.scalars(select(Seminar.title).where(Seminar.host_id == attendee_id).limit(20))
        return list(titles)

    async def notices_for(self, attendee_id: int) -> list[Notice]:
        async with httpx.AsyncClient() as client:  # finds: client-per-request
            answer = await client.get("https://notices.example/unread", params={"of": attendee_id})
        return [Notice.model_validate(item) for item in answer.json()]

    async def register(self, new: NewAttendee, hashed_password: str) -> Attendee:
        attendee = Attendee(email=new.email, name=new.name, hashed_password=hashed_password)
        self.session.add(attendee)
        await self.session.flush()
        return attendee

    async def change(self, attendee: Attendee, change: AttendeeChange) -> None:
        for name, value in change.model_dump(exclude_unset=True).items():
            setattr(attendee, name, value)


def attendee_service(session: AsyncSession = Depends(session_of_request)) -> AttendeeService:  # finds: commit-after-response
    return AttendeeService(session)
