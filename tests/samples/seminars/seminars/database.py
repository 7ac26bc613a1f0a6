from collections.abc import AsyncGenerator

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from seminars.config import settings

engine = create_async_engine(settings.storage.dsn, pool_pre_ping=True)
open_session = async_sessionmaker(engine, expire_on_commit=False)

report_engine = create_engine(settings.storage.dsn.replace("asyncpg", "psycopg"), pool_pre_ping=True)
ReportSession = sessionmaker(report_engine)


class Base(DeclarativeBase): ...


async def session_of_request() -> AsyncGenerator[AsyncSession, None]:
    async with open_session() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


def report_session() -> Session:
    return ReportSession()  # finds: session-never-closed
