"""Where a session may read and write: the roots that the client gives, or else the folder of the server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mcp.server.mcpserver import Context, ListRoots, Resolve
from mcp_types import ListRootsResult, Root
from pydantic import FileUrl

from plumbrule.plan import Refusal


def asked(context: Context) -> ListRoots | ListRootsResult:
    """Ask the client for its roots; one that has none to give was started where it works."""
    capabilities = context.client_capabilities
    if capabilities is not None and capabilities.roots is not None:
        return ListRoots()
    return ListRootsResult(roots=[Root(uri=FileUrl(Path.cwd().as_uri()))])


Roots = Annotated[ListRootsResult, Resolve(asked)]
"""a parameter that the client, not the model, fills in"""


def folders(roots: ListRootsResult) -> tuple[Path, ...]:
    """The roots as folders, links followed; refuses a client that gives none."""
    found = tuple(Path(url2pathname(urlsplit(str(root.uri)).path)).resolve() for root in roots.roots)
    if not found:
        raise Refusal("the client gives no root, and plumb works only inside one; open a folder first")
    return found


def confined(path: str | Path, roots: Sequence[Path]) -> Path:
    """The place that a path names, seen from the first root; refuses one outside of all roots."""
    place = (roots[0] / path).resolve()
    if not any(place.is_relative_to(root) for root in roots):
        allowed = ", ".join(map(str, roots))
        raise Refusal(f"{path} is outside of the roots of this session ({allowed}); name a path inside")
    return place
