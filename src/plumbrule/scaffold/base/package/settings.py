"""Everything that differs between two deployments, read from the environment once."""

import os
import secrets
from enum import StrEnum
from typing import Annotated, Literal, Self

from limits import parse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# A wildcard would admit every site, and an origin that ends in a slash never matches.
Origin = Annotated[str, Field(pattern=r"^https?://[^/*]+$")]
SecretKey = Annotated[SecretStr, Field(min_length=32)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Group(BaseModel):
    """Settings that belong together; a misspelt one is an error rather than a default."""

    model_config = ConfigDict(extra="forbid")


class ServerSettings(Group):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    graceful_shutdown_seconds: int = 10


def check_database_url(url: SecretStr) -> SecretStr:
[% if database == "sqlite" %]
    if not url.get_secret_value().startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ValueError("it begins with sqlite+aiosqlite:// or postgresql+asyncpg://")
[% else %]
    if not url.get_secret_value().startswith("postgresql+asyncpg://"):
        raise ValueError("it begins with postgresql+asyncpg://")
[% endif %]
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(check_database_url)]


class DatabaseSettings(Group):
[% if database == "sqlite" %]
    """`sqlite+aiosqlite:///./[[ package ]].db` or `postgresql+asyncpg://USER:PASSWORD@HOST:PORT/NAME`."""

    url: DatabaseUrl = SecretStr("sqlite+aiosqlite:///./[[ package ]].db")
[% else %]
    """`postgresql+asyncpg://USER:PASSWORD@HOST:PORT/NAME`."""

    url: DatabaseUrl
[% endif %]
    # Keep pool_size x processes below what the server admits.
    pool_size: int = 15
    pool_timeout_seconds: float = 5
    connect_timeout_seconds: float = 2
    statement_timeout_seconds: float = 10


class AuthSettings(Group):
    # Without a key, each process makes its own: tokens end with it. Production refuses to start.
    secret_key: SecretKey = Field(default_factory=lambda: SecretStr(secrets.token_urlsafe(48)))
    issuer: str = "[[ package ]]"
    audience: str = "[[ package ]]"
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    # One core stays free for the event loop while passwords are hashed.
    hashing_threads: int = Field(default=max(1, (os.cpu_count() or 1) - 1), ge=1)


def check_rate_limit(limit: str) -> str:
    parse(limit)
    return limit


RateLimit = Annotated[str, AfterValidator(check_rate_limit)]


class RateLimitSettings(Group):
    """How often one account or one address may try: `COUNT/PERIOD`, see the docs of `limits`."""

    # Counted per process. Use `async+redis://…` when several processes serve one API.
    storage: str = "async+memory://"
    login_per_account: RateLimit = "20/15minutes"
    login_per_address: RateLimit = "200/minute"
    register_per_address: RateLimit = "100/hour"
    refresh_per_address: RateLimit = "600/minute"


class LogSettings(Group):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "console"] = "json"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="[[ prefix ]]_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings[% if database == "sqlite" %] = DatabaseSettings()[% endif %]

    auth: AuthSettings = Field(default_factory=AuthSettings)
    rate_limits: RateLimitSettings = RateLimitSettings()
    log: LogSettings = LogSettings()
    cors_origins: list[Origin] = []
    max_body_size: int = 1_000_000
    # In production /metrics answers only to `Authorization: Bearer <this>`.
    metrics_token: SecretStr | None = None

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @model_validator(mode="after")
    def production_has_its_own_key(self) -> Self:
        if self.in_production and "secret_key" not in self.auth.model_fields_set:
            raise ValueError("Set [[ prefix ]]_AUTH__SECRET_KEY: openssl rand -base64 48")
        return self
