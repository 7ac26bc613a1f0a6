from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from [[ package ]].auth import tokens
from [[ package ]].auth.models import LoginSession
from [[ package ]].auth.passwords import PasswordHasher
from [[ package ]].auth.schemas import PasswordChange, Registration
from [[ package ]].auth.tokens import AccessToken, RefreshToken
from [[ package ]].database import utc_now
from [[ package ]].errors import Conflict, NotAllowed, NotAuthenticated
from [[ package ]].settings import AuthSettings
from [[ package ]].users.models import User

log = structlog.get_logger(__name__)


class EmailTaken(Conflict):
    detail = "There is an account with this email address."


class WrongCredentials(NotAuthenticated):
    detail = "The email address or the password is wrong."


class WrongPassword(NotAllowed):
    detail = "The current password is wrong."


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    access: str
    refresh: RefreshToken


class AuthService:
    def __init__(self, session: AsyncSession, passwords: PasswordHasher, settings: AuthSettings) -> None:
        self.session = session
        self.passwords = passwords
        self.settings = settings

    async def register(self, registration: Registration) -> User:
        """Everybody starts as a member; `users/promote.py` makes administrators."""
        user = User(
            email=registration.email,
            name=registration.name,
            password_hash=await self.passwords.hash(registration.password),
        )
        self.session.add(user)
        try:
            await self.session.flush()
        except IntegrityError as error:
            raise EmailTaken from error
        return user

    async def login(self, email: str, password: str) -> IssuedTokens:
        user = await self.session.scalar(select(User).where(User.email == email.lower()))
        # Hashing takes tens of milliseconds: others may use the connection meanwhile.
        await self.session.commit()
        matches = await self.passwords.verify(password, user.password_hash if user else None)
        if user is None or not matches or not user.is_active:
            raise WrongCredentials
        return self._open_session(user.id)

    async def refresh(self, presented: RefreshToken) -> IssuedTokens:
        """Swap the token for a new one. A token that was swapped before has been stolen: end the session."""
        renewed = RefreshToken.new(presented.session_id)
        user_id = await self.session.scalar(
            update(LoginSession)
            .where(
                LoginSession.id == presented.session_id,
                LoginSession.refresh_token_hash == presented.hash,
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > utc_now(),
            )
            .values(refresh_token_hash=renewed.hash)
            .returning(LoginSession.user_id)
        )
        if user_id is None:
            await self.logout(presented.session_id)
            await self.session.commit()  # the error below would roll the revocation back
            log.warning("refresh_token_replayed", session_id=str(presented.session_id))
            raise NotAuthenticated
        return self._issue(user_id, renewed)

    async def logout(self, session_id: UUID) -> None:
        await self._revoke(LoginSession.id == session_id)

    async def change_password(self, user: User, change: PasswordChange) -> None:
        """Ends every session of the user, the caller's too."""
        await self.session.commit()
        if not await self.passwords.verify(change.current_password, user.password_hash):
            raise WrongPassword
        user.password_hash = await self.passwords.hash(change.new_password)
        await self._revoke(LoginSession.user_id == user.id)

    def _open_session(self, user_id: UUID) -> IssuedTokens:
        refresh = RefreshToken.new(uuid4())
        login_session = LoginSession(
            id=refresh.session_id,
            user_id=user_id,
            refresh_token_hash=refresh.hash,
            expires_at=utc_now() + timedelta(days=self.settings.refresh_token_days),
        )
        self.session.add(login_session)
        return self._issue(user_id, refresh)

    def _issue(self, user_id: UUID, refresh: RefreshToken) -> IssuedTokens:
        access = tokens.encode(AccessToken(user_id, refresh.session_id), self.settings)
        return IssuedTokens(access, refresh)

    async def _revoke(self, which: ColumnElement[bool]) -> None:
        await self.session.execute(
            update(LoginSession).where(which, LoginSession.revoked_at.is_(None)).values(revoked_at=utc_now())
        )
