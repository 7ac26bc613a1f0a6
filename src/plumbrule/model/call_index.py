"""The calls of a project by what they call, so that nobody has to walk through all of them for a few."""

from __future__ import annotations

from fnmatch import filter as matching
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.project import Project

Places = dict[str, list[int]]


class CallIndex:
    """Finds the calls outside the tests by full name or by the last word as written.

    What a call means is only looked up if the word that is written there may stand for the name asked for.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.calls = [call for scope in project.code_scopes for call in scope.calls]
        self._by_name: dict[str, Places] = {}

    def to(self, names: Iterable[str]) -> list[Call]:
        """The calls of any of these, by file and place.

        A name with a dot is the full one, whatever it was imported as, a word without a dot is the last one
        as written; `*` stands for anything.
        """
        places = {place for name in names for place in self._places(name)}
        return [self.calls[place] for place in sorted(places)]

    def _places(self, name: str) -> Iterator[int]:
        if "." not in name:
            for word in matching(self._by_word, name) if "*" in name else (name,):
                yield from self._by_word.get(word, ())
            return
        last = name.rpartition(".")[2]
        for word in self._by_word if "*" in last else self._words_for(last):
            named = self._named(word)
            for full in matching(named, name) if "*" in name else (name,):
                yield from named.get(full, ())

    @cached_property
    def _by_word(self) -> Places:
        return grouped((place, call.method) for place, call in enumerate(self.calls))

    def _named(self, word: str) -> Places:
        """The calls that are written with a word, by full name."""
        if word not in self._by_name:
            places = self._by_word.get(word, ())
            self._by_name[word] = grouped((place, self.calls[place].name) for place in places)
        return self._by_name[word]

    def _words_for(self, last: str) -> set[str]:
        """What may be written for a name that ends in a word; nothing is for `partial(f)()`."""
        words, queue = {last, ""}, [last]
        while queue:
            at = queue.pop()
            new = (self.project.renamed.get(at, set()) | self._assigned.get(at, set())) - words
            words |= new
            queue += new
        return words

    @cached_property
    def _assigned(self) -> dict[str, set[str]]:
        """For every word that a plain assignment gives another name (`nap = time.sleep`), those names."""
        found: dict[str, set[str]] = {}
        for assign in (assign for _, assigns in self.project.find(n.Assign) for assign in assigns):
            match assign:
                case n.Assign(targets=(n.Name(id=name),), value=n.Name(id=word) | n.Attribute(attr=word)) if (
                    name != word
                ):
                    found.setdefault(word, set()).add(name)
        return found


def grouped(keys: Iterable[tuple[int, str]]) -> Places:
    """Places by key, in order."""
    found: Places = {}
    for place, key in keys:
        found.setdefault(key, []).append(place)
    return found
