"""The calls of a project by what they call, so that nobody has to walk through all of them for a few."""

from __future__ import annotations

from fnmatch import filter as matching
from typing import TYPE_CHECKING

from plumbrule.model.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.model.calls import Call
    from plumbrule.model.project import Project


class CallIndex:
    """Finds the calls outside the tests by full name or by the last word as written."""

    def __init__(self, project: Project) -> None:
        modules = [module for module in project.modules if not module.is_test]
        scopes = [scope for m in modules for scope in (m, *m.classes, *m.functions)]
        self.calls = [call for scope in scopes for call in scope.calls]

    def to(self, names: tuple[str, ...]) -> list[Call]:
        """The calls of any of these, by file and place.

        A name with a dot is the full one, whatever it was imported as, and `*` in it stands for anything; a
        word without a dot is the last one as written.
        """
        places = {place for name in names for place in self._places(name)}
        return [self.calls[place] for place in sorted(places)]

    def _places(self, name: str) -> list[int]:
        if "." not in name:
            return self._by_word.get(name, [])
        full = matching(self._by_name, name) if "*" in name else [name]
        return [place for one in full for place in self._by_name.get(one, ())]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        return self._grouped(lambda call: call.name)

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        return self._grouped(lambda call: call.method)

    def _grouped(self, key: Callable[[Call], str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, call in enumerate(self.calls):
            found.setdefault(key(call), []).append(place)
        return found
