"""Uploads by hand: an ordinary client hides how much it could send before it was answered."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Upload:
    """What came back, and how much of the body was sent by then."""

    status: int
    headers: Mapping[str, str]
    body: str
    sent: int

    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.body)
        return answer


@dataclass(frozen=True, slots=True)
class Body:
    """`opening`, then `piece` as often as it takes to make `size` bytes."""

    content_type: str
    opening: bytes
    piece: bytes
    size: int


async def upload(url: str, path: str, body: Body, headers: Mapping[str, str], *, declared: bool) -> Upload:
    """POST a body, with a declared length or in chunks, until the server has answered."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    length = {"Content-Length": str(body.size)} if declared else {"Transfer-Encoding": "chunked"}
    all_headers = {"Host": "shop", "Content-Type": body.content_type, **length, **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode())
    answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    sent = 0
    try:
        while sent < body.size and not answer.done():
            piece = (body.piece if sent else body.opening + body.piece)[: body.size - sent]
            writer.write(piece if declared else b"%x\r\n%b\r\n" % (len(piece), piece))
            sent += len(piece)
            await writer.drain()
            await asyncio.sleep(0)  # a turn for the answer to arrive
        if not declared:
            writer.write(b"0\r\n\r\n")
    except ConnectionError:
        pass  # it hung up on us; what it said before that counts
    head = await asyncio.wait_for(answer, 30)
    status, received = _parse(head.decode())
    answered = await reader.readexactly(int(received["content-length"]))
    writer.close()
    return Upload(status, received, answered.decode(), sent)


def _parse(head: str) -> tuple[int, dict[str, str]]:
    status_line, *lines = head.strip().split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return int(status_line.split()[1]), {name.lower(): value for name, value in pairs}
