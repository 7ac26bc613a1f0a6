"""Everything a project can consist of: which templates go where, and the packages they need.

This page is the only place with conditions. A target may hold `{package}`, the import name of the project;
a template may hold `{preset}`, where two presets need two variants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PACKAGES: Mapping[str, str] = {
    "aiosqlite": "aiosqlite>=0.22",
    "alembic": "alembic>=1.20",
    "asyncpg": "asyncpg>=0.32",
    "fastapi": "fastapi>=0.165,<0.166",
    "httpx2": "httpx2>=2.16",
    "limits": "limits>=5.8",
    "mypy": "mypy>=2.4",
    "orjson": "orjson>=3.11",
    "prometheus-client": "prometheus-client>=0.26",
    "pwdlib": "pwdlib[argon2]>=0.3.1",
    "pydantic": "pydantic>=2.14",
    "pydantic[email]": "pydantic[email]>=2.14",
    "pydantic-settings": "pydantic-settings>=2.16",
    "pyjwt": "pyjwt>=2.15",
    "pytest": "pytest>=9.2",
    "pytest-asyncio": "pytest-asyncio>=1.5",
    "python-multipart": "python-multipart>=0.0.30",
    "ruff": "ruff>=0.17",
    "sqlalchemy": "sqlalchemy[asyncio]>=2.1.9,<2.2",
    "structlog": "structlog>=26.1",
    "uvicorn": "uvicorn[standard]>=0.54",
}
"""The version ranges of every package a project may need, in one place."""

TOOLS = ("httpx2", "mypy", "pytest", "pytest-asyncio", "ruff")


@dataclass(frozen=True, slots=True)
class Part:
    """Something a project may have: what it is called, what it brings and what it asks for."""

    name: str
    question: str
    brings: Mapping[str, str] = field(default_factory=dict)
    """template → target"""
    needs: tuple[str, ...] = ()
    """parts that have to be there too"""
    packages: tuple[str, ...] = ()
    dev_packages: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """rules of the audit that a project satisfies by having this part"""


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of project: what it is made of, and the choices it leaves."""

    name: str
    summary: str
    base: Part
    databases: tuple[str, ...]
    """the first one is the default; none: the preset has no database"""
    parts: tuple[str, ...]
    """the parts it can have"""
    default_parts: tuple[str, ...]


FRAME: Mapping[str, str] = {
    "base/gitignore": ".gitignore",
    "base/package/__init__.py": "src/{package}/__init__.py",
    "base/package/__main__.py": "src/{package}/__main__.py",
    "base/package/errors.py": "src/{package}/errors.py",
    "base/package/logging.py": "src/{package}/logging.py",
    "base/package/middleware.py": "src/{package}/middleware.py",
}
"""What every project has."""

SERVICE = Part(
    name="service",
    question="",
    brings={
        **FRAME,
        "base/project.toml": "pyproject.toml",
        "base/README.md": "README.md",
        "base/AGENTS.md": "AGENTS.md",
        "base/.env.example": ".env.example",
        "base/package/main.py": "src/{package}/main.py",
        "base/package/settings.py": "src/{package}/settings.py",
        "base/package/database.py": "src/{package}/database.py",
        "base/package/deprecation.py": "src/{package}/deprecation.py",
        "base/package/health.py": "src/{package}/health.py",
        "base/package/metrics.py": "src/{package}/metrics.py",
        "base/package/openapi.py": "src/{package}/openapi.py",
        "base/package/pagination.py": "src/{package}/pagination.py",
        "base/package/rate_limits.py": "src/{package}/rate_limits.py",
        "base/package/auth/__init__.py": "src/{package}/auth/__init__.py",
        "base/package/auth/dependencies.py": "src/{package}/auth/dependencies.py",
        "base/package/auth/models.py": "src/{package}/auth/models.py",
        "base/package/auth/passwords.py": "src/{package}/auth/passwords.py",
        "base/package/auth/router.py": "src/{package}/auth/router.py",
        "base/package/auth/schemas.py": "src/{package}/auth/schemas.py",
        "base/package/auth/service.py": "src/{package}/auth/service.py",
        "base/package/auth/tokens.py": "src/{package}/auth/tokens.py",
        "base/package/users/__init__.py": "src/{package}/users/__init__.py",
        "base/package/users/dependencies.py": "src/{package}/users/dependencies.py",
        "base/package/users/models.py": "src/{package}/users/models.py",
        "base/package/users/permissions.py": "src/{package}/users/permissions.py",
        "base/package/users/promote.py": "src/{package}/users/promote.py",
        "base/package/users/router.py": "src/{package}/users/router.py",
        "base/package/users/schemas.py": "src/{package}/users/schemas.py",
        "base/package/users/service.py": "src/{package}/users/service.py",
        "base/migrations/env.py": "migrations/env.py",
        "base/migrations/script.py.mako": "migrations/script.py.mako",
        "base/migrations/0001_initial.py": "migrations/versions/0001_initial.py",
        "base/tests/conftest.py": "tests/conftest.py",
        "base/tests/test_auth.py": "tests/test_auth.py",
        "base/tests/test_boot.py": "tests/test_boot.py",
        "base/tests/test_database.py": "tests/test_database.py",
        "base/tests/test_errors.py": "tests/test_errors.py",
        "base/tests/test_headers.py": "tests/test_headers.py",
        "base/tests/test_health.py": "tests/test_health.py",
        "base/tests/test_limits.py": "tests/test_limits.py",
        "base/tests/test_migrations.py": "tests/test_migrations.py",
        "base/tests/test_observability.py": "tests/test_observability.py",
        "base/tests/test_policies.py": "tests/test_policies.py",
        "base/tests/test_postgresql.py": "tests/test_postgresql.py",
        "base/tests/test_settings.py": "tests/test_settings.py",
        "base/tests/test_tokens.py": "tests/test_tokens.py",
        "base/tests/test_users.py": "tests/test_users.py",
    },
    packages=(
        "alembic",
        "asyncpg",
        "fastapi",
        "limits",
        "orjson",
        "prometheus-client",
        "pwdlib",
        "pydantic[email]",
        "pydantic-settings",
        "pyjwt",
        "python-multipart",
        "sqlalchemy",
        "structlog",
        "uvicorn",
    ),
    dev_packages=TOOLS,
)

MINIMAL = Part(
    name="minimal",
    question="",
    brings={
        **FRAME,
        "minimal/project.toml": "pyproject.toml",
        "minimal/README.md": "README.md",
        "minimal/AGENTS.md": "AGENTS.md",
        "minimal/.env.example": ".env.example",
        "minimal/package/main.py": "src/{package}/main.py",
        "minimal/package/settings.py": "src/{package}/settings.py",
        "minimal/package/health.py": "src/{package}/health.py",
        "minimal/package/greetings.py": "src/{package}/greetings.py",
        "minimal/tests/conftest.py": "tests/conftest.py",
        "minimal/tests/test_greetings.py": "tests/test_greetings.py",
        "minimal/tests/test_service.py": "tests/test_service.py",
    },
    packages=("fastapi", "orjson", "pydantic", "pydantic-settings", "structlog", "uvicorn"),
    dev_packages=TOOLS,
)

PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            name="orders",
            question="orders, an example feature with its tests",
            brings={
                "parts/orders/__init__.py": "src/{package}/orders/__init__.py",
                "parts/orders/dependencies.py": "src/{package}/orders/dependencies.py",
                "parts/orders/models.py": "src/{package}/orders/models.py",
                "parts/orders/router.py": "src/{package}/orders/router.py",
                "parts/orders/schemas.py": "src/{package}/orders/schemas.py",
                "parts/orders/service.py": "src/{package}/orders/service.py",
                "parts/orders/migration.py": "migrations/versions/0002_orders.py",
                "parts/orders/test_orders.py": "tests/test_orders.py",
            },
        ),
        Part(
            name="docker",
            question="Dockerfile and compose.yaml",
            brings={
                "parts/docker/Dockerfile": "Dockerfile",
                "parts/docker/.dockerignore": ".dockerignore",
                "parts/docker/compose.{preset}.yaml": "compose.yaml",
            },
        ),
        Part(
            name="ci",
            question="a workflow for GitHub Actions",
            brings={"parts/ci/{preset}.yml": ".github/workflows/ci.yml"},
        ),
        Part(
            name="pre-commit",
            question="hooks for pre-commit",
            brings={"parts/pre-commit/.pre-commit-config.yaml": ".pre-commit-config.yaml"},
        ),
    )
}

DATABASES: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            name="sqlite",
            question="SQLite for now, with no server at all; PostgreSQL by one setting",
            brings={
                "parts/sqlite/sqlite.py": "src/{package}/sqlite.py",
                "parts/sqlite/test_sqlite.py": "tests/test_sqlite.py",
            },
            packages=("aiosqlite",),
        ),
        Part(name="postgres", question="PostgreSQL only"),
    )
}

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="service",
            summary="users, authentication, a database, migrations, observability",
            base=SERVICE,
            databases=tuple(DATABASES),
            parts=tuple(PARTS),
            default_parts=tuple(PARTS),
        ),
        Preset(
            name="minimal",
            summary="one route, settings, errors, health, logging; no database",
            base=MINIMAL,
            databases=(),
            parts=("docker", "ci", "pre-commit"),
            default_parts=(),
        ),
    )
}

LAYOUTS = ("by-feature", "by-layer")
