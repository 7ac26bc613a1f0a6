from pydantic_settings import BaseSettings, SettingsConfigDict


class StorageSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="STORAGE_")

    server: str = "localhost"
    port: int = 5432
    database: str
    login: str
    password: str  # finds: plain-secret-field

    @property
    def dsn(self) -> str:
        return f"postgresql+asyncpg://{self.login}:{self.password}@{self.server}:{self.port}/{self.database}"  # finds: formatted-dsn


class TokenSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TOKEN_")

    signing_key: str  # finds: plain-secret-field
    lifetime_minutes: int = 20


class Settings(BaseSettings):
    debug: bool = False
    storage: StorageSettings = StorageSettings()  # finds: nested-settings-default
    token: TokenSettings = TokenSettings()  # finds: nested-settings-default


settings = Settings()
