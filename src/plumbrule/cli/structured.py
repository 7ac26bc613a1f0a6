"""What `plumb structure` does with its flags, and what it says."""

from dataclasses import dataclass
from pathlib import Path

from plumbrule.cli.audited import base_of, no_app
from plumbrule.cli.console import Output
from plumbrule.config import one_of
from plumbrule.plan import Refusal, write_text
from plumbrule.proof.snapshot import Permissions
from plumbrule.report import View
from plumbrule.report.verdict import VERDICT_FORMATS
from plumbrule.verbs.review import target
from plumbrule.verbs.structure.check import Terms, check


@dataclass(frozen=True, slots=True)
class Wishes:
    """The flags of one run."""

    path: str | None = None
    check: str | None = None
    verify: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    python: Path | None = None
    output_format: str = "text"
    file: Path | None = None


def structured(output: Output, wishes: Wishes) -> int:
    """Do what was asked for; gives the exit code."""
    with no_app(output):
        if wishes.check is not None:
            return checked(output, wishes, wishes.check)
    raise Refusal("nothing to do")


def checked(output: Output, wishes: Wishes, base: str) -> int:
    """Compare two trees, say what differs."""
    form = one_of(VERDICT_FORMATS, wishes.output_format, "--output-format")
    is_folder = wishes.path is None or Path(wishes.path).is_dir()
    root = target([Path(wishes.path)] if wishes.path and is_folder else []).root
    other = None if is_folder else wishes.path
    with output.working() as observe:
        verdict = check(root, base, other, terms(wishes), observe)
    write(output, wishes, VERDICT_FORMATS[form](verdict, View(base_of(root), color=output.colored)))
    return int(verdict.status != "equal")


def terms(wishes: Wishes) -> Terms:
    """How to prove, as the flags say."""
    for word in wishes.verify:
        one_of(("tests",), word, "--verify")
    for word in wishes.allow:
        one_of(("lifespan", "connections"), word, "--allow")
    permissions = Permissions("lifespan" in wishes.allow, "connections" in wishes.allow)
    return Terms(wishes.python, permissions, "tests" in wishes.verify)


def write(output: Output, wishes: Wishes, report: str) -> None:
    """Write a report where it was asked for."""
    if wishes.file is None:
        output.write(report)
        return
    try:
        write_text(wishes.file, report)
    except OSError as error:
        raise Refusal(f"cannot write {wishes.file}: {error.strerror}") from error
    output.progress(f"written to {wishes.file}")
