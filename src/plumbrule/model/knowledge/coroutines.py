"""Library methods that are coroutine functions: without `await` they do nothing."""

from __future__ import annotations

COLLECTION = (
    "find_one insert_one insert_many update_one update_many replace_one delete_one delete_many drop distinct "
    "find_one_and_update find_one_and_delete find_one_and_replace count_documents estimated_document_count "
    "bulk_write create_index create_indexes "
)
DOCUMENTS = "search index get create update delete bulk count exists info ping close"
ANSWERS = (
    "chat.completions.create completions.create responses.create embeddings.create images.generate "
    "moderations.create files.create audio.transcriptions.create audio.speech.create close"
)
METHODS = {
    "sqlalchemy.ext.asyncio.AsyncSession": (
        "close commit delete execute flush get get_one invalidate merge refresh reset rollback "
        "run_sync scalar scalars stream stream_scalars exec close_all "
    ),
    "sqlalchemy.ext.asyncio.AsyncConnection": "close commit execute rollback run_sync scalar scalars",
    "sqlalchemy.ext.asyncio.AsyncEngine": "dispose",
    "sqlalchemy.ext.asyncio.AsyncTransaction": "close commit rollback",
    "databases.Database": "connect disconnect execute execute_many fetch_all fetch_one fetch_val",
    "aiosqlite.Connection": "commit rollback close",
    "psycopg.AsyncConnection": "execute commit rollback close",
    "psycopg.AsyncCursor": "execute executemany fetchone fetchmany fetchall close",
    "psycopg_pool.AsyncConnectionPool": "open close getconn putconn",
    "beanie": "init_beanie",
    "beanie.Document": "insert create save save_changes replace delete",
    "tortoise.Tortoise": "init generate_schemas close_connections",
    "prisma.Prisma": "connect disconnect",
    "elasticsearch.AsyncElasticsearch": DOCUMENTS,
    "opensearchpy.AsyncOpenSearch": DOCUMENTS,
    "openai.AsyncOpenAI": ANSWERS,
    "openai.AsyncAzureOpenAI": ANSWERS,
    "anthropic.AsyncAnthropic": "messages.create close",
    "aiokafka.AIOKafkaProducer": "start stop flush send_and_wait",
    "aiokafka.AIOKafkaConsumer": "start stop getone getmany commit",
    "aio_pika": "connect connect_robust",
    "arq": "create_pool",
    "arq.connections.ArqRedis": "enqueue_job",
    "nats": "connect",
    "httpx.AsyncClient": "get post put patch delete head options request send aclose",
    "httpx2.AsyncClient": "get post put patch delete head options request send aclose",
    "aiohttp.ClientSession": "close",
    "aiohttp.ClientResponse": "text json read",
    "redis.asyncio.Redis": (
        "get set setex delete exists expire incr incrby decr hget hset hgetall hdel lpush rpush "
        "lpop rpop publish ping ttl keys sadd srem smembers zadd aclose close flushdb flushall "
        "hmset hexists hincrby hkeys hvals lrange llen ltrim blpop brpop sismember scard zrange zrem zcard "
        "mget mset expireat pexpire persist rename getdel getset append xadd xack xread xreadgroup "
    ),
    "anyio.AsyncFile": "read readline readlines write writelines seek tell flush aclose truncate",
    "aiofiles.AsyncFile": "read readline readlines write writelines seek tell flush close truncate",
    "anyio.Path": (
        "read_text read_bytes write_text write_bytes mkdir unlink exists is_file is_dir stat rmdir touch "
    ),
    "fastapi.UploadFile": "read write seek close",
    "fastapi.Request": "body json form is_disconnected close",
    "fastapi.WebSocket": (
        "accept close send send_text send_json send_bytes receive receive_text receive_json receive_bytes "
    ),
    "asyncio.Queue": "get put join",
    "asyncio.Event": "wait",
    "asyncio.Lock": "acquire",
    "asyncio.Semaphore": "acquire",
    "asyncio.Condition": "acquire wait",
    "asyncio.StreamReader": "read readline readexactly readuntil",
    "asyncio.StreamWriter": "drain wait_closed",
    "asyncio.subprocess.Process": "wait communicate",
    "asyncio": (
        "sleep wait_for wait open_connection create_subprocess_exec create_subprocess_shell to_thread "
    ),
    "anyio": "sleep",
    "anyio.to_thread": "run_sync",
    "starlette.concurrency": "run_in_threadpool",
    "aiosmtplib": "send",
    "fastapi_mail.FastMail": "send_message",
    "fastapi_limiter.FastAPILimiter": "init close",
    "fastapi_users.BaseUserManager": (
        "create get get_by_email update delete request_verify verify forgot_password reset_password "
        "authenticate oauth_callback validate_password "
    ),
    "motor.motor_asyncio.AsyncIOMotorCollection": COLLECTION,
    "motor.motor_asyncio.AsyncIOMotorDatabase": "command",
    "pymongo.asynchronous.collection.AsyncCollection": COLLECTION + "aggregate",
    "pymongo.asynchronous.database.AsyncDatabase": "command",
    "asyncpg": "connect",
    "asyncpg.Connection": "execute executemany fetch fetchrow fetchval close",
    "asyncpg.Pool": "execute executemany fetch fetchrow fetchval close",
}
COROUTINES = frozenset(f"{owner}.{name}" for owner, names in METHODS.items() for name in names.split())
