from datetime import UTC, datetime, timedelta

from jose import jwt  # finds: jose-import
from passlib.context import CryptContext  # finds: passlib-import

from kennel.config import settings

passwords = CryptContext(schemes=["bcrypt"], deprecated="auto")


def hashed(password: str) -> str:
    return passwords.hash(password)  # finds: cpu-bound-in-async


def is_right(password: str, kept: str) -> bool:
    return passwords.verify(password, kept)  # finds: cpu-bound-in-async


def new_token(subject: str) -> str:
    until = datetime.now(UTC) + timedelta(minutes=settings.jwt_minutes)
    return jwt.encode({"sub": subject, "exp": until}, settings.jwt_secret, settings.jwt_algorithm)
