"""The name a library's own documentation uses, for names that can be imported from several places."""

from __future__ import annotations

PREFIXES = (
    ("sqlalchemy.ext.asyncio.session.", "sqlalchemy.ext.asyncio."),
    ("sqlalchemy.ext.asyncio.engine.", "sqlalchemy.ext.asyncio."),
    ("sqlalchemy.orm.session.", "sqlalchemy.orm."),
    ("sqlalchemy.orm.decl_api.", "sqlalchemy.orm."),
    ("sqlalchemy.ext.declarative.", "sqlalchemy.orm."),
    ("sqlalchemy.sql.expression.", "sqlalchemy."),
    ("sqlalchemy.future.", "sqlalchemy."),
    ("fastapi.param_functions.", "fastapi."),
    ("fastapi.params.", "fastapi."),
    ("fastapi.applications.", "fastapi."),
    ("fastapi.exceptions.HTTPException", "fastapi.HTTPException"),
    ("fastapi.routing.APIRouter", "fastapi.APIRouter"),
    ("fastapi.background.", "fastapi."),
    ("fastapi.datastructures.UploadFile", "fastapi.UploadFile"),
    ("fastapi.requests.", "fastapi."),
    ("fastapi.websockets.", "fastapi."),
    ("fastapi.middleware.", "starlette.middleware."),
    ("fastapi.responses.", "starlette.responses."),
    ("fastapi.staticfiles.", "starlette.staticfiles."),
    ("fastapi.templating.", "starlette.templating."),
    ("fastapi.concurrency.", "starlette.concurrency."),
    ("fastapi.testclient.", "starlette.testclient."),
    ("starlette.requests.", "fastapi."),
    ("starlette.websockets.", "fastapi."),
    ("starlette.background.", "fastapi."),
    ("starlette.exceptions.", "starlette."),
    ("fastapi.security.oauth2.", "fastapi.security."),
    ("fastapi.security.http.", "fastapi.security."),
    ("fastapi.security.api_key.", "fastapi.security."),
    ("pydantic.main.", "pydantic."),
    ("pydantic.fields.", "pydantic."),
    ("pydantic.functional_validators.", "pydantic."),
    ("redis.asyncio.client.", "redis.asyncio."),
    ("redis.client.", "redis."),
    ("aioredis.", "redis.asyncio."),
    ("pymongo.mongo_client.", "pymongo."),
    ("pymongo.asynchronous.mongo_client.", "pymongo."),
    ("typing_extensions.", "typing."),
    ("contextlib2.", "contextlib."),
)


def canonical(name: str) -> str:
    """`sqlalchemy.orm.session.Session` → `sqlalchemy.orm.Session`."""
    for prefix, replacement in PREFIXES:
        if name.startswith(prefix):
            return replacement + name[len(prefix) :]
    return name
