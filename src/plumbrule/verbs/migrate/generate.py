"""`new`: the models against the database → a plan with one more migration, or what has to be said first."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.plan import Create, Plan, Refusal, Step, check
from plumbrule.verbs.migrate import tree
from plumbrule.verbs.migrate.guest import guest
from plumbrule.verbs.migrate.history import History, folders, read_history, read_whereabouts
from plumbrule.verbs.migrate.refusals import TWO_HEADS, refusing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbrule.verbs.migrate.guest import Guest
    from plumbrule.verbs.migrate.place import Place

COUNTED = re.compile(r"\d{3,}")
RENAME = re.compile(r"([^\s:=]+\.[^\s.:=]+):([^\s.:=]+)")
FILL = re.compile(r"([^\s:=]+\.[^\s.:=]+)=(.*)")


@dataclass(frozen=True, slots=True)
class Rename:
    """A column that goes and one of the same type that comes."""

    table: str
    old: str
    new: str

    @property
    def key(self) -> str:
        """How it is named on the command line, before the new name."""
        return f"{self.table}.{self.old}"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What only a person can know. `drops`: what is no rename is meant to be dropped."""

    renames: Mapping[str, str] = field(default_factory=dict)
    drops: bool = False
    fills: Mapping[str, str] = field(default_factory=dict)

    def with_rename(self, pair: Rename) -> Decisions:
        """The same with one more rename."""
        return replace(self, renames={**self.renames, pair.key: pair.new})


@dataclass(frozen=True, slots=True)
class Written:
    """A migration that is planned."""

    revision: str
    path: str
    text: str
    changes: tuple[str, ...]
    plan: Plan


def decisions(renames: Sequence[str], drops: bool, fills: Sequence[str]) -> Decisions:
    """What the flags say: `users.name:title`, `users.age=0`."""
    return Decisions(
        dict(parsed("--rename", word, RENAME, "TABLE.OLD:NEW") for word in renames),
        drops,
        dict(parsed("--fill", word, FILL, "TABLE.COLUMN=VALUE") for word in fills),
    )


def parsed(flag: str, word: str, pattern: re.Pattern[str], form: str) -> tuple[str, str]:
    """The two parts of the value of a flag."""
    found = pattern.fullmatch(word)
    if found is None:
        raise Refusal(f"{flag} {word}: write it as {form}")
    return found.group(1), found.group(2)


def plan(
    place: Place, message: str, decided: Decisions, *, scratch: bool, allow_dirty: bool
) -> Written | tuple[Rename, ...]:
    """One more migration, or the renames that have to be decided about before."""
    if not message.strip():
        raise Refusal("say what the migration does: plumb migrate new 'add the age of users'")
    with guest(place, reading=True) as visitor:
        history = read_history(visitor)
        if len(history.heads) > 1:
            raise Refusal(TWO_HEADS)
        if not allow_dirty:
            tree.refuse_changed(folders(history))
        prepare(visitor, history, scratch=scratch)
        wishes = {
            "renames": dict(decided.renames),
            "drops": decided.drops,
            "fills": dict(decided.fills),
        }
        with refusing(history.names):
            answer = visitor.ask("generate", message=message, revision=next_name(history), **wishes)
    return result(place, answer)


def prepare(visitor: Guest, history: History, *, scratch: bool) -> None:
    """See to it that there is a database at the head: the real one, or a scratch one."""
    at = None if scratch else read_whereabouts(visitor, history)
    if at is not None and at.there:
        pending = len(history.revisions) - len(history.applied(at.heads))
        if pending:
            raise Refusal(
                f"the database {at.database} has {pending} pending; plumb migrate up first, "
                "or --scratch, which compares the models with the migrations alone"
            )
        return
    with refusing(history.names):
        visitor.ask("rehearse")
        visitor.ask("restart", revisions=list(history.names))


def next_name(history: History) -> str | None:
    """The next number where revisions are counted; else Alembic makes a name up."""
    names = history.names
    if not names or not all(COUNTED.fullmatch(name) for name in names):
        return None
    return f"{max(map(int, names)) + 1:0{len(names[-1])}}"


def result(place: Place, answer: Mapping[str, Any]) -> Written | tuple[Rename, ...]:
    """The migration, or the questions; refuses where there is nothing to write or something is missing."""
    if answer.get("empty"):
        raise Refusal("the database is what the models say; there is nothing to migrate")
    if "mistaken" in answer:
        raise Refusal(answer["mistaken"])
    if "renames" in answer:
        return tuple(Rename(pair["table"], pair["old"], pair["new"]) for pair in answer["renames"])
    if "required" in answer:
        column = answer["required"][0]
        name = f"{column['table']}.{column['column']}"
        raise Refusal(
            f"{name} is required, and rows that exist have no value; give the model a default, "
            f"or say --fill {name}=VALUE"
        )
    path = Path(answer["path"])
    root = place.root if path.is_relative_to(place.root) else path.parent
    target = path.relative_to(root).as_posix()
    text = formatted(place, path, answer["text"])
    step = Step(Create(target, text), "brings the database to the models", "migration")
    made = Plan(root, (step,))
    check(made)
    return Written(answer["revision"], str(path), text, tuple(answer["changes"]), made)


def formatted(place: Place, path: Path, text: str) -> str:
    """The text as the project's own formatter has it, if its environment has ruff."""
    command: list[str | Path] = [place.python, "-m", "ruff", "format", "--stdin-filename", path, "-"]
    done = subprocess.run(
        command, cwd=place.root, input=text, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout if done.returncode == 0 and done.stdout else text


def undecided(pairs: Sequence[Rename]) -> Refusal:
    """Where nobody can be asked."""
    pair = pairs[0]
    return Refusal(
        f"{pair.key} goes and {pair.table}.{pair.new} comes, of the same type; "
        f"say --rename {pair.key}:{pair.new}, or --no-rename"
    )
