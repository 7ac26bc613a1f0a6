from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Keeper(Base):
    __tablename__ = "keeper"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    nickname: Mapped[str]
    hashed_password: Mapped[str]
    is_head: Mapped[bool] = mapped_column(default=False)
    hired_at: Mapped[datetime] = mapped_column(DateTime(), default=lambda: datetime.now(UTC))  # finds: naive-datetime
