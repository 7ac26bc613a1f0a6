from arq.connections import RedisSettings


async def walk_the_dogs(context: dict[str, object]) -> None: ...


class WorkerSettings:
    functions = [walk_the_dogs]
    redis_settings = RedisSettings()
