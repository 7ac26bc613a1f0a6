from collections.abc import Callable
from pathlib import Path

import pytest

from servers.database import PostgresServer
from servers.postgres import NOTHING_FOUND, cluster, debian_binaries, wheel_binaries

COLOURS = "CREATE TABLE colours (name text); INSERT INTO colours VALUES ('green')"


@pytest.mark.parametrize("find", [debian_binaries, wheel_binaries])
async def test_a_cluster_keeps_its_data_over_a_stop_and_leaves_nothing_behind(
    find: Callable[[], Path | None],
) -> None:
    binaries = find()
    if binaries is None:
        pytest.skip(NOTHING_FOUND)
    with cluster(binaries) as own:
        database = await own.server.create()
        await database.run(COLOURS)
        await database.run("CHECKPOINT")
        own.stop()
        with pytest.raises(OSError, match=str(own.port)):
            await database.rows("SELECT 1")
        own.start()
        assert await database.rows("SELECT name FROM colours") == [("green",)]
    assert not own.folder.exists()


async def test_a_database_is_a_copy_of_its_template(postgres: PostgresServer) -> None:
    template = await postgres.create()
    await template.run(COLOURS)
    first, second = [await postgres.create(template) for _ in range(2)]
    await first.run("DELETE FROM colours")
    assert await second.rows("SELECT name FROM colours") == [("green",)]
    for database in (first, second, template):
        await postgres.drop(database)
