"""Access tokens say who calls for some minutes; refresh tokens are random and known only by their hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import jwt

from [[ package ]].database import utc_now
from [[ package ]].errors import NotAuthenticated
from [[ package ]].settings import AuthSettings

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iat", "sub", "sid", "iss", "aud", "typ"]


@dataclass(frozen=True, slots=True)
class AccessToken:
    user_id: UUID
    session_id: UUID


def encode(token: AccessToken, settings: AuthSettings) -> str:
    now = utc_now()
    claims = {
        "exp": now + timedelta(minutes=settings.access_token_minutes),
        "iat": now,
        "sub": str(token.user_id),
        "sid": str(token.session_id),
        "iss": settings.issuer,
        "aud": settings.audience,
        "typ": "access",
    }
    return jwt.encode(claims, settings.secret_key.get_secret_value(), ALGORITHM)


def decode(encoded: str, settings: AuthSettings) -> AccessToken:
    """Raise `NotAuthenticated` unless the token is ours, meant for us, complete and in date."""
    try:
        claims = jwt.decode(
            encoded,
            settings.secret_key.get_secret_value(),
            algorithms=[ALGORITHM],
            issuer=settings.issuer,
            audience=settings.audience,
            options={"require": REQUIRED_CLAIMS},
        )
        if claims["typ"] != "access":
            raise NotAuthenticated
        return AccessToken(user_id=UUID(str(claims["sub"])), session_id=UUID(str(claims["sid"])))
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotAuthenticated from error


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`SESSION.SECRET`. A session knows the hash of its newest secret; any older one is a replay."""

    session_id: UUID
    secret: str

    @classmethod
    def new(cls, session_id: UUID) -> "RefreshToken":
        return cls(session_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, encoded: str) -> "RefreshToken":
        session_id, _, secret = encoded.partition(".")
        try:
            return cls(UUID(session_id), secret)
        except ValueError as error:
            raise NotAuthenticated from error

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.session_id}.{self.secret}"
