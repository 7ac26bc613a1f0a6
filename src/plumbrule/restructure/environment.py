"""`load_dotenv()`: what reads the environment where it goes to has it loaded first there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.meanings import dotted
from plumbrule.restructure.names import is_within
from plumbrule.restructure.needs import Need

if TYPE_CHECKING:
    from plumbrule.restructure.site import Segment, Site

READS = (b"environ", b"getenv", b"Settings(")


def is_loader(statement: n.Node) -> bool:
    """Whether a statement loads the nearest `.env`: doing that again changes nothing."""
    call = statement.value if isinstance(statement, n.ExprStatement) else None
    return (
        isinstance(call, n.Call) and call.func.text in {"load_dotenv", "dotenv.load_dotenv"} and not call.args
    )


def copy_loaders(site: Site, path: str) -> None:
    """Load the environment at the top of each module to which something goes that reads it."""
    for statement in site.tree.facts(path).body:
        if is_loader(statement) and isinstance(statement, n.ExprStatement):
            for segment in site.segments[path]:
                if segment.start > statement.start and _reads(site, path, segment):
                    _load(site, segment.target, statement)


def _reads(site: Site, path: str, segment: Segment) -> bool:
    below = is_within(segment.target, path.rpartition("/")[0])
    return below and any(word in site.tree.files[path][segment.start : segment.end] for word in READS)


def _load(site: Site, target: str, statement: n.ExprStatement) -> None:
    text = statement.value.text
    if text not in site.preludes.setdefault(target, []):
        site.preludes[target].insert(0, text)
        module, _, name = text.partition("(")[0].rpartition(".")
        need = Need(2, "", module, module) if module else Need(2, "dotenv", name, name)
        site.extra_needs.setdefault(target, []).append(need)
        site.altered.add(dotted(target))
