from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True, str_strip_whitespace=True, validate_assignment=True)


class NewAttendee(Schema):
    email: str = Field(..., min_length=5, max_length=255)
    name: str
    password: str = Field(..., min_length=8)

    @field_validator("email")
    @classmethod
    def in_small_letters(cls, value: str) -> str:
        return value.lower()


class AttendeeChange(Schema):
    name: str | None = None  # finds: nullable-patch


class AttendeeView(Schema):
    id: int
    email: str
    name: str
    joined_at: datetime


class StoredAttendee(AttendeeView):
    hashed_password: str


class Notice(Schema):
    text: str


class Overview(Schema):
    attendee: AttendeeView
    seminars: list[str]
    notices: list[Notice]
