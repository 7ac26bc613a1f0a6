"""What calls of libraries return, where a name alone does not say it:
full name → full name, `await` for a coroutine of it.
"""

from __future__ import annotations

from plumbrule.model.knowledge.clients import RETURNED

SESSION = "sqlalchemy.orm.Session"
ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
RESULT = "sqlalchemy.Result"
SCALARS = "sqlalchemy.ScalarResult"

SUBCLASSES = {
    "sqlmodel.Session": SESSION,
    "sqlmodel.ext.asyncio.session.AsyncSession": ASYNC_SESSION,
    "sqlmodel.ext.asyncio.AsyncSession": ASYNC_SESSION,
}

RETURNS = {
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.scoped_session": "sqlalchemy.orm.scoped_session",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.ext.asyncio.async_scoped_session": "sqlalchemy.ext.asyncio.async_scoped_session",
    "sqlalchemy.orm.sessionmaker.__call__": SESSION,
    "sqlalchemy.orm.sessionmaker.begin": SESSION,
    "sqlalchemy.orm.scoped_session.__call__": SESSION,
    "sqlalchemy.ext.asyncio.async_sessionmaker.__call__": ASYNC_SESSION,
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": ASYNC_SESSION,
    "sqlalchemy.ext.asyncio.async_scoped_session.__call__": ASYNC_SESSION,
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    "sqlmodel.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.Engine.connect": "sqlalchemy.Connection",
    "sqlalchemy.Engine.begin": "sqlalchemy.Connection",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    f"{SESSION}.execute": RESULT,
    f"{SESSION}.exec": SCALARS,
    f"{SESSION}.scalars": SCALARS,
    f"{SESSION}.query": "sqlalchemy.orm.Query",
    f"{ASYNC_SESSION}.execute": f"await {RESULT}",
    f"{ASYNC_SESSION}.exec": f"await {SCALARS}",
    f"{ASYNC_SESSION}.scalars": f"await {SCALARS}",
    f"{ASYNC_SESSION}.stream": "await sqlalchemy.ext.asyncio.AsyncResult",
    f"{RESULT}.scalars": SCALARS,
    "sqlalchemy.select": "sqlalchemy.Select",
    "sqlmodel.select": "sqlalchemy.Select",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "psycopg2.connect": "psycopg2.connection",
    "psycopg2.connection.cursor": "psycopg2.cursor",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "psycopg.AsyncConnection.connect": "await psycopg.AsyncConnection",
    "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
    "psycopg_pool.AsyncConnectionPool.connection": "psycopg.AsyncConnection",
    "aiosqlite.connect": "aiosqlite.Connection",
    "asyncpg.connect": "await asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "asyncio.create_subprocess_exec": "await asyncio.subprocess.Process",
    "asyncio.create_subprocess_shell": "await asyncio.subprocess.Process",
    "pymysql.connect": "pymysql.Connection",
    "pymysql.Connection.cursor": "pymysql.Cursor",
    "redis.from_url": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "boto3.client": "boto3.Client",
    "boto3.resource": "boto3.Resource",
    "git.Repo.clone_from": "git.Repo",
    "git.Repo.init": "git.Repo",
    "git.Repo.remote": "git.Remote",
    "whisper.load_model": "whisper.Whisper",
    "chonkie.AutoEmbeddings.get_embeddings": "chonkie.BaseEmbeddings",
    "pwdlib.PasswordHash.recommended": "pwdlib.PasswordHash",
    "PIL.Image.open": "PIL.Image.Image",
    "requests.session": "requests.Session",
    "requests.get": "requests.Response",
    "requests.post": "requests.Response",
    **{
        f"aiohttp.ClientSession.{verb}": "aiohttp.ClientResponse"
        for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request")
    },
    # by the name it is defined under: what an annotation calls a Future may be done long ago
    "concurrent.futures.ThreadPoolExecutor.submit": "concurrent.futures._base.Future",
    "concurrent.futures.ProcessPoolExecutor.submit": "concurrent.futures._base.Future",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures._base.Future",
    "logging.getLogger": "logging.Logger",
    "builtins.open": "io.TextIOWrapper",
    "tarfile.open": "tarfile.TarFile",
    "pathlib.Path.open": "io.TextIOWrapper",
    "aiofiles.open": "aiofiles.AsyncFile",
    "anyio.open_file": "await anyio.AsyncFile",
    "anyio.Path.open": "await anyio.AsyncFile",
    "pathlib.Path.cwd": "pathlib.Path",
    "pathlib.Path.home": "pathlib.Path",
    "pathlib.Path.resolve": "pathlib.Path",
    "pathlib.Path.joinpath": "pathlib.Path",
    "datetime.datetime.now": "datetime.datetime",
    "datetime.datetime.utcnow": "datetime.datetime",
}

SUPABASE_STEPS = (
    "select insert upsert update delete eq neq gt gte lt lte like ilike is_ in_ contains or_ not_ match "
    "filter order limit range single maybe_single"
)
RETURNS |= RETURNED
RETURNS |= {
    "supabase.create_client": "supabase.Client",
    **dict.fromkeys(
        ("supabase.Client.table", "supabase.Client.from_", "supabase.Client.rpc"), "supabase.Query"
    ),
    **{f"supabase.Query.{step}": "supabase.Query" for step in SUPABASE_STEPS.split()},
}

ATTRIBUTES = {
    "fastapi.UploadFile.file": "tempfile.SpooledTemporaryFile",
    "fastapi.UploadFile.filename": "builtins.str",
    "pathlib.Path.parent": "pathlib.Path",
    "fastapi.Request.app": "fastapi.FastAPI",
}

MONGO_CLIENTS = {  # client → database → collection, each by attribute or item, whatever its name
    "pymongo.MongoClient": ("pymongo.database.Database", "pymongo.collection.Collection"),
    "pymongo.AsyncMongoClient": (
        "pymongo.asynchronous.database.AsyncDatabase",
        "pymongo.asynchronous.collection.AsyncCollection",
    ),
    "motor.motor_asyncio.AsyncIOMotorClient": (
        "motor.motor_asyncio.AsyncIOMotorDatabase",
        "motor.motor_asyncio.AsyncIOMotorCollection",
    ),
}
PARTS = {
    whole: part
    for client, (database, collection) in MONGO_CLIENTS.items()
    for whole, part in ((client, database), (database, collection))
}
RETURNS |= {
    f"{client}.{method}": database
    for client, (database, _) in MONGO_CLIENTS.items()
    for method in ("get_database", "get_default_database")
}
RETURNS |= {f"{database}.get_collection": collection for database, collection in MONGO_CLIENTS.values()}
