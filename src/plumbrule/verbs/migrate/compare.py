"""Two schemas → what one has that the other has not."""

from collections.abc import Iterator, Mapping

Facts = Mapping[str, str]

PARTS = ("column", "primary key", "foreign key", "unique", "check", "index")


def differences(before: Facts, after: Facts) -> list[str]:
    """What `after` has too much, what it lacks, and what is not the same, each as a phrase."""
    return [
        *(f"the {name} is left" for name in whole(after, before)),
        *(f"the {name} is missing" for name in whole(before, after)),
        *(
            f"the {name} was {before[name] or 'there'} and is {after[name]}"
            for name in sorted(before)
            if name in after and after[name] != before[name]
        ),
    ]


def whole(facts: Facts, others: Facts) -> Iterator[str]:
    """The names that only `facts` has; of a table that is one of them the parts are not told."""
    tables = {
        name.removeprefix("table ") for name in facts if name.startswith("table ") and name not in others
    }
    for name in sorted(facts):
        if name not in others and not (name.startswith(PARTS) and table_of(name) in tables):
            yield name


def table_of(name: str) -> str:
    """The table that a column, a constraint or an index belongs to."""
    for kind in PARTS:
        if name.startswith(f"{kind} "):
            rest = name[len(kind) + 1 :]
            return rest.partition(" (")[0] if kind in ("foreign key", "unique") else before_dot(rest, kind)
    return ""


def before_dot(rest: str, kind: str) -> str:
    """`users.email` → `users`; the name of a primary key is that of its table."""
    return rest if kind == "primary key" else rest.rpartition(".")[0] or rest


def tables(facts: Facts) -> set[str]:
    """The tables of a schema."""
    return {name.removeprefix("table ") for name in facts if name.startswith("table ")}
