"""What a proof says: equal, different (where), or not run (why)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Container

Status = Literal["equal", "differs", "not run"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared.

    `details` say where it differs or why it was not run; without one that is `needed` nothing is proved.
    """

    name: str
    status: Status
    details: tuple[str, ...] = ()
    needed: bool = True
    compared: str = ""
    """what was looked at, for the reader: `23 routes`"""

    @property
    def kind(self) -> str:
        """Its name without what is compared: `migrations` of `migrations of one/alembic.ini`."""
        return self.name.partition(" of ")[0]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks, and the values that change from run to run without any change of the code."""

    checks: tuple[Check, ...]
    volatile: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """Equal only if something was compared, nothing differs, and every needed check was run."""
        if any(check.status == "differs" for check in self.checks):
            return "differs"
        needed = [check for check in self.checks if check.needed]
        if not needed or any(check.status == "not run" for check in needed):
            return "not run"
        return "equal"

    def without(self, names: Container[str]) -> Verdict:
        """The same, but the named checks may be left out where they could not be run; differences count."""
        checks = (replace(c, needed=c.needed and c.kind not in names) for c in self.checks)
        return Verdict(tuple(checks), self.volatile)

    @property
    def obstacles(self) -> tuple[Check, ...]:
        """The checks because of which it is not equal."""
        return tuple(c for c in self.checks if c.status == "differs" or (c.needed and c.status == "not run"))


def not_run(name: str, why: str, *, needed: bool = True) -> Check:
    """A check that could not be made."""
    return Check(name, "not run", (why,), needed)


def outcome(name: str, differences: list[str], *, compared: str = "", needed: bool = True) -> Check:
    """A check that was made."""
    return Check(name, "differs" if differences else "equal", tuple(differences), needed, compared)
