from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from seminars.database import Base


class Attendee(Base):
    __tablename__ = "attendee"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    hashed_password: Mapped[str]
    is_blocked: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))


class Seminar(Base):
    __tablename__ = "seminar"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    host_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
