"""Everything that differs between two deployments, read from the environment once."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# A wildcard would admit every site, and an origin that ends in a slash never matches.
Origin = Annotated[str, Field(pattern=r"^https?://[^/*]+$")]


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
    log: LogSettings = LogSettings()
    cors_origins: list[Origin] = []
    max_body_size: int = 1_000_000

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION
