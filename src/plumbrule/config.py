"""`[tool.plumb]` in pyproject.toml, `PLUMB_*` and flags → one Config; a mistake is shown where it was made.

A flag wins over a variable, a variable over pyproject.toml, and that over the default.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args

from plumbrule.plan import Refusal

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Format = Literal["full", "concise", "json", "sarif", "github", "gitlab", "markdown"]
FailOn = Literal["error", "warning", "note", "never"]

Choice = TypeVar("Choice", bound=str)


class Source(Protocol):
    """Where settings come from; it can say where exactly a wrong one stands."""

    def refusal(self, key: str, value: str, message: str) -> Refusal:
        """A refusal that points at a value of a key."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The command line."""

    def refusal(self, key: str, value: str, message: str) -> Refusal:
        """Names the flag."""
        return Refusal(f"--{key} {value}: {message}")


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment."""

    def refusal(self, key: str, value: str, message: str) -> Refusal:
        """Names the variable."""
        return Refusal(f"{variable(key)}={value}: {message}")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file."""

    path: Path
    text: str

    def refusal(self, key: str, value: str, message: str) -> Refusal:
        """Names the line, and shows it."""
        line, column, length = locate(self.text, key, value)
        return self.at(line, column, length, message)

    def at(self, line: int, column: int, length: int, message: str) -> Refusal:
        """A refusal about a place, with the line underlined."""
        lines = self.text.splitlines() or [""]
        shown = lines[min(line, len(lines)) - 1]
        margin = " " * len(str(line))
        place = min(os.path.relpath(self.path), str(self.path), key=len)
        mark = " " * (column - 1) + "^" * max(length, 1)
        return Refusal(
            f"{place}:{line}:{column}: {message}\n{margin} |\n{line} | {shown}\n{margin} | {mark}\n{margin} |"
        )


@dataclass(frozen=True, slots=True)
class Config:
    """What a project and a user have settled."""

    root: Path
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    baseline: str = "plumb-baseline.json"
    min_severity: Severity = "note"
    min_confidence: Confidence = "medium"
    pedantic: bool = False
    fail_on: FailOn = "note"
    output_format: Format = "full"
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)

    def refusal(self, key: str, value: str, message: str) -> Refusal:
        """A refusal that points at a value where it was given."""
        return self.sources.get(key, Flags()).refusal(key, value, message)


def read_config(
    root: Path,
    flags: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Config:
    """The settings for the project in `root`; flags that are None were not given."""
    found: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for source, values in (
        document(file or root / "pyproject.toml", required=file is not None),
        (Variables(), _of_environment(os.environ if variables is None else variables)),
        (Flags(), {key: value for key, value in (flags or {}).items() if value not in (None, [], ())}),
    ):
        for key, value in values.items():
            found[key] = SETTINGS[key](source, key, value)
            sources[key] = source
    fields = {key.replace("-", "_"): value for key, value in found.items()}
    return Config(root=root, **fields, sources=sources)


def document(path: Path, *, required: bool = False) -> tuple[Document, dict[str, Any]]:
    """A TOML file, and what it says to plumb."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise Refusal(f"--config {path}: no such file") from None
        return Document(path, ""), {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refusal(f"cannot read {path}: {reason}") from error
    source = Document(path, text)
    return source, _known_keys(source, _table(source, parsed(source)))


def parsed(source: Document) -> dict[str, Any]:
    """The whole document; a mistake in its syntax is shown."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        line, column = map(int, re.findall(r"\d+", place) or (source.text.count("\n") + 1, 1))
        raise source.at(line, column, 1, f"this is not TOML: {what[:1].lower() + what[1:]}") from error


def _table(source: Document, whole: dict[str, Any]) -> dict[str, Any]:
    if source.path.name != "pyproject.toml":
        return whole
    tool = whole.get("tool")
    table = tool.get("plumb", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise source.refusal("plumb", "", "`tool.plumb` is a table: [tool.plumb]")
    return table


def _known_keys(source: Document, table: dict[str, Any]) -> dict[str, Any]:
    for key in table:
        if key not in SETTINGS and key not in FOREIGN:
            raise source.refusal(key, "", f"no setting `{key}`{suggestion(key, SETTINGS)}")
    return {key: value for key, value in table.items() if key in SETTINGS}


def _of_environment(variables: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key in SETTINGS if (value := variables.get(variable(key), ""))}


def variable(key: str) -> str:
    """The name of the environment variable of a setting."""
    return f"PLUMB_{key.upper().replace('-', '_')}"


def suggestion(word: str, words: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: what it may have been meant to be."""
    known = list(words)
    near = get_close_matches(word, known, n=1) or [name for name in known if word and word in name]
    return f"; did you mean `{near[0]}`?" if near else ""


def one_of(choices: Iterable[Choice], word: str, place: str) -> Choice:
    """The choice that a word names; refuses another word."""
    known = {str(choice): choice for choice in choices}
    if word not in known:
        raise Refusal(f"{place} {word}: `{word}` is none of {', '.join(known)}{suggestion(word, known)}")
    return known[word]


def _words(source: Source, key: str, value: object) -> tuple[str, ...]:
    """A list of words: in TOML an array, elsewhere with commas or a flag given several times."""
    parts = value.split(",") if isinstance(value, str) and not isinstance(source, Document) else value
    if not isinstance(parts, (list, tuple)):
        raise source.refusal(key, _written(value), f'`{key}` is a list: {key} = ["…"]')
    for part in parts:
        if not isinstance(part, str):
            raise source.refusal(key, _written(part), f"`{key}` is a list of strings")
    split = parts if isinstance(source, Document) else [word for part in parts for word in part.split(",")]
    return tuple(word.strip() for word in split if word.strip())


def _text(source: Source, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise source.refusal(key, _written(value), f"`{key}` is a string")
    return value


def _truth(source: Source, key: str, value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if isinstance(value, str) and not isinstance(source, Document) and value.lower() in words:
        return words[value.lower()]
    if not isinstance(value, bool):
        raise source.refusal(key, _written(value), f"`{key}` is true or false")
    return value


def _one_of(*choices: str) -> Callable[[Source, str, object], str]:
    def choose(source: Source, key: str, value: object) -> str:
        if value not in choices:
            known = f"`{_written(value)}` is none of {', '.join(choices)}"
            raise source.refusal(key, _written(value), known + suggestion(str(value), choices))
        return str(value)

    return choose


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


SETTINGS: dict[str, Callable[[Source, str, Any], Any]] = {
    "select": _words,
    "ignore": _words,
    "exclude": _words,
    "rules": _words,
    "baseline": _text,
    "min-severity": _one_of(*get_args(Severity)),
    "min-confidence": _one_of(*get_args(Confidence)),
    "pedantic": _truth,
    "fail-on": _one_of(*get_args(FailOn)),
    "output-format": _one_of(*get_args(Format)),
}
FOREIGN = {"scaffold", "structure"}
"""tables of other verbs"""


def locate(text: str, key: str, value: str) -> tuple[int, int, int]:
    """Line, column and length of a value of a key of `[tool.plumb]`, or else of the key."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if re.match(r"\s*\[tool\.plumb\]", line)), -1) + 1
    end = next((i for i in range(start, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
    at_key = re.compile(rf"""(?:^|[\s."'{{,]){re.escape(key)}["']?\s*(?==)""")
    for first in (*range(start, end), *range(len(lines))):
        found = at_key.search(lines[first])
        if found is None:
            continue
        for number in range(first, len(lines)) if value else ():
            column = lines[number].find(value, found.end() if number == first else 0)
            if column >= 0:
                return number + 1, column + 1, len(value)
        return first + 1, lines[first].index(key, found.start()) + 1, len(key)
    return 1, 1, 1
