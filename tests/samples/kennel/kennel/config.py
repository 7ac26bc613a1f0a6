from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="KENNEL_")  # finds: env-file-forbids-extra

    database_url: str = Field(..., description="Where the dogs are kept")
    jwt_secret: str = Field(..., min_length=32)  # finds: plain-secret-field
    jwt_algorithm: str = "HS256"
    jwt_minutes: int = 45
    web_origins: list[str] = Field(default_factory=list)


settings = Settings()  # finds: settings-at-import
