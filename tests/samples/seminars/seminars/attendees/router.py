import asyncio

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Depends
from hashlib import scrypt
from secrets import token_bytes

from seminars.attendees.mail import send_greeting
from seminars.attendees.schemas import AttendeeChange, AttendeeView, NewAttendee, Overview
from seminars.attendees.security import admitted_attendee
from seminars.attendees.service import AttendeeService, attendee_service
from seminars.models import Attendee

router = APIRouter(prefix="/attendees")


def hashed(password: str) -> str:
    salt = token_bytes(16)
    return (salt + scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)).hex()


@router.post("/", status_code=201)
async def register(  # finds: untyped-response
    new: NewAttendee,
    background: BackgroundTasks,
    service: AttendeeService = Depends(attendee_service),  # finds: default-style-dependency
):
    attendee = await service.register(new, await to_thread.run_sync(hashed, new.password))
    background.add_task(send_greeting, attendee.email)  # finds: durable-work-in-background-tasks
    return attendee  # finds: secret-in-response


@router.get("/me/overview")
async def overview(
    me: Attendee = Depends(admitted_attendee),
    service: AttendeeService = Depends(attendee_service),  # finds: default-style-dependency
) -> Overview:
    attendee, seminars, notices = await asyncio.gather(  # finds: shared-session-in-gather, unchecked-gather-exceptions
        service.view(me.id),
        service.seminars_of(me.id),
        service.notices_for(me.id),
        return_exceptions=True,
    )
    return Overview(attendee=attendee, seminars=seminars, notices=notices)


@router.patch("/me", response_model=AttendeeView)
async def change(
    wanted: AttendeeChange,
    me: Attendee = Depends(admitted_attendee),
    service: AttendeeService = Depends(attendee_service),  # finds: default-style-dependency
) -> AttendeeView:
    await service.change(me, wanted)
    return AttendeeView.model_validate(me)
