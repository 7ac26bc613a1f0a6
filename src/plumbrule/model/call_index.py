"""The calls of a project by what they call, so that nobody has to walk through all of them for a few."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import filter as matching
from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.project import Project

K = TypeVar("K")


class CallIndex:
    """Finds the calls outside the tests by full name, by the last word as written, or by the function that
    they run.

    What a call means is only looked up if the word that is written there may stand for what is asked for.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.calls = [call for scope in project.code_scopes for call in scope.calls]
        self._written = [module.file.words for module in project.code_modules]
        self._by_name: dict[str, dict[str, list[int]]] = {}
        self._by_function: dict[str, dict[Function | None, list[int]]] = {}
        self._words: dict[str, frozenset[str]] = {}

    def to(self, names: Iterable[str]) -> list[Call]:
        """The calls of any of these, by file and place.

        A name with a dot is the full one, whatever it was imported as, a word without a dot is the last one
        as written; `*` stands for anything.
        """
        places = {place for name in names for place in self._places(name)}
        return [self.calls[place] for place in sorted(places)]

    def named(self, names: Iterable[str]) -> list[Call]:
        """The calls that may be of something with one of these names, by file and place."""
        return self.to(known_as(names, self._other_names) | {""})

    def running(self, function: Function) -> list[Call]:
        """The calls that are known to run a function, by file and place."""
        words = self.words_for(function.name)
        words = words.union(*(self.words_for(name) for name in self._made_by.get(function, ())))
        places = {place for word in words for place in self._run(word).get(function, ())}
        return [self.calls[place] for place in sorted(places)]

    def mentioning(self, function: Function) -> list[Call]:
        """The calls that may be given a function, by file and place."""
        words = self.words_for(function.name)
        places = {place for word in words for place in self._given.get(word, ())}
        return [self.calls[place] for place in sorted(places)]

    def words_for(self, name: str) -> frozenset[str]:
        """What may be written for something of that name; nothing is for `partial(f)()`."""
        if name not in self._words:
            self._words[name] = frozenset(known_as([name], self._other_names) | {""})
        return self._words[name]

    @cached_property
    def callable_words(self) -> frozenset[str]:
        """What may be written outside the tests for a function or class of the project."""
        named = {f.name for f in self.project.functions} | {c.name for c in self.project.classes}
        return frozenset(known_as(named, self._other_names))

    @cached_property
    def _other_names(self) -> dict[str, set[str]]:
        """What words an import or a plain assignment (`nap = time.sleep`) makes of others."""
        found = {word: set(names) for word, names in self.project.renamed.items()}
        for word, name in (pair for words in self._written for pair in words.others):
            found.setdefault(word, set()).add(name)
        return found

    def _places(self, name: str) -> Iterator[int]:
        if "." not in name:
            for word in matching(self._by_word, name) if "*" in name else (name,):
                yield from self._by_word.get(word, ())
            return
        last = name.rpartition(".")[2]
        for word in self._by_word if "*" in last else self.words_for(last):
            named = self._named(word)
            for full in matching(named, name) if "*" in name else (name,):
                yield from named.get(full, ())

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        return grouped(enumerate([word for words in self._written for word in words.called]))

    @cached_property
    def _given(self) -> dict[str, list[int]]:
        """The calls by the words that may stand for a function among what they are given."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        first, callable_words = 0, self.callable_words
        for words in self._written:
            for word, number in zip(words.given, words.given_to, strict=True):
                if word in callable_words:
                    found[word].append(first + number)
            first += len(words.called)
        return found

    def _named(self, word: str) -> dict[str, list[int]]:
        """The calls that are written with a word, by full name."""
        if word not in self._by_name:
            places = self._by_word.get(word, ())
            self._by_name[word] = grouped([(place, self.calls[place].name) for place in places])
        return self._by_name[word]

    def _run(self, word: str) -> dict[Function | None, list[int]]:
        """The calls that are written with a word, by the function that they run."""
        if word not in self._by_function:
            places = self._by_word.get(word, ())
            self._by_function[word] = grouped([(place, self.calls[place].function) for place in places])
        return self._by_function[word]

    @cached_property
    def _made_by(self) -> dict[Function, list[str]]:
        """For every `__init__` the classes whose objects it makes, by name."""
        found: dict[Function, list[str]] = {}
        for cls in self.project.classes:
            init = cls.method("__init__")
            if init is not None:
                found.setdefault(init, []).append(cls.name)
        return found


def known_as(names: Iterable[str], others: Mapping[str, set[str]]) -> set[str]:
    """Some names, and what they may be called besides, where `others` says it of each name."""
    words = set(names)
    queue = list(words & others.keys())
    while queue:
        new = others.get(queue.pop(), set()) - words
        words |= new
        queue += new
    return words


def grouped(keys: Iterable[tuple[int, K]]) -> dict[K, list[int]]:
    """Places by key, in order."""
    found: defaultdict[K, list[int]] = defaultdict(list)
    for place, key in keys:
        found[key].append(place)
    return found
