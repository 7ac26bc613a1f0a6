import pytest
from pydantic import ValidationError

from [[ package ]].settings import Settings

KEY = "a secret key of more than 32 characters"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+asyncpg://ada:hunter2@db/data"
    monkeypatch.setenv("[[ prefix ]]_DATABASE__URL", url)
    monkeypatch.delenv("[[ prefix ]]_AUTH__SECRET_KEY", raising=False)


def test_the_environment_changes_one_value_and_leaves_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("[[ prefix ]]_DATABASE__POOL_SIZE", "7")
    monkeypatch.setenv("[[ prefix ]]_CORS_ORIGINS", '["https://app.example.com"]')
    settings = Settings(_env_file=None)
    assert settings.database.pool_size == 7
    assert settings.database.pool_timeout_seconds == 5
    assert settings.cors_origins == ["https://app.example.com"]


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_AUTH__ACCESS_TOKEN_MINUTE", "5")
    with pytest.raises(ValidationError, match=r"auth\.access_token_minute"):
        Settings(_env_file=None)


def test_a_database_that_no_driver_here_speaks_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_DATABASE__URL", "postgresql://ada:hunter2@db/data")
    with pytest.raises(ValidationError, match=r"postgresql\+asyncpg") as refusal:
        Settings(_env_file=None)
    assert "hunter2" not in str(refusal.value)


def test_production_does_not_start_without_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="[[ prefix ]]_AUTH__SECRET_KEY"):
        Settings(_env_file=None)
    monkeypatch.setenv("[[ prefix ]]_AUTH__SECRET_KEY", KEY)
    assert Settings(_env_file=None).in_production


def test_a_key_that_is_too_short_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_AUTH__SECRET_KEY", "short and secret")
    with pytest.raises(ValidationError) as refusal:
        Settings(_env_file=None)
    assert "auth.secret_key" in str(refusal.value)
    assert "short and secret" not in str(refusal.value)


def test_in_development_each_process_has_a_key_of_its_own() -> None:
    first, second = Settings(_env_file=None), Settings(_env_file=None)
    assert first.auth.secret_key != second.auth.secret_key


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_AUTH__SECRET_KEY", KEY)
    monkeypatch.setenv("[[ prefix ]]_METRICS_TOKEN", "scraper")
    shown = repr(Settings(_env_file=None))
    assert KEY not in shown
    assert "hunter2" not in shown
    assert "scraper" not in shown


def test_settings_do_not_change_while_the_process_runs() -> None:
    settings = Settings(_env_file=None)
    with pytest.raises(ValidationError, match="frozen"):
        settings.max_body_size = 0  # type: ignore[misc]


@pytest.mark.parametrize("origin", ["*", "https://app.example.com/", "app.example.com"])
def test_an_origin_that_browsers_never_send_is_refused(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("[[ prefix ]]_CORS_ORIGINS", f'["{origin}"]')
    with pytest.raises(ValidationError, match="cors_origins"):
        Settings(_env_file=None)


def test_a_rate_limit_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_RATE_LIMITS__LOGIN_PER_ACCOUNT", "often")
    with pytest.raises(ValidationError, match="login_per_account"):
        Settings(_env_file=None)
