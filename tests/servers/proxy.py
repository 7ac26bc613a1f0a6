"""A line to a server that can go dead: connections stay open, and nothing comes through."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Line:
    """A TCP proxy on a port of its own; `cut()` makes it swallow everything, `mend()` ends that."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._whole = asyncio.Event()
        self._whole.set()
        self._calls: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        self._whole.clear()

    async def mend(self) -> None:
        """Let new connections through; those that were open hang up."""
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        self._whole.set()

    def take(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve a new connection in the background."""
        call = asyncio.create_task(self._connect(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await self._whole.wait()
            answers, questions = await asyncio.open_connection("127.0.0.1", self._target)
            try:
                await asyncio.gather(self._copy(reader, questions), self._copy(answers, writer))
            finally:
                questions.close()
        finally:
            writer.close()

    async def _copy(self, reader: StreamReader, writer: StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._whole.wait()
            writer.write(data)
        writer.close()


@asynccontextmanager
async def line_to(target: int) -> AsyncIterator[Line]:
    """Yield a line to a port of this machine."""
    line = Line(target)
    server = await asyncio.start_server(line.take, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        await line.mend()
