"""One and many: the plural of an English noun, and back."""

import re

_IRREGULAR = {
    "alias": "aliases",
    "analysis": "analyses",
    "bus": "buses",
    "cache": "caches",
    "calorie": "calories",
    "canvas": "canvases",
    "child": "children",
    "cookie": "cookies",
    "criterion": "criteria",
    "crisis": "crises",
    "datum": "data",
    "echo": "echoes",
    "foot": "feet",
    "gas": "gases",
    "goose": "geese",
    "half": "halves",
    "hero": "heroes",
    "knife": "knives",
    "leaf": "leaves",
    "lens": "lenses",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "medium": "media",
    "menu": "menus",
    "mouse": "mice",
    "movie": "movies",
    "person": "people",
    "phenomenon": "phenomena",
    "potato": "potatoes",
    "quiz": "quizzes",
    "shelf": "shelves",
    "thesis": "theses",
    "tomato": "tomatoes",
    "tooth": "teeth",
    "veto": "vetoes",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}
_SAME = frozenset(
    {"aircraft", "deer", "equipment", "fish", "information", "news", "series", "sheep", "species"}
)
_PLURALS = {plural: singular for singular, plural in _IRREGULAR.items()}


def plural_of(noun: str) -> str:
    """The plural of a noun in snake_case; of one that has none of its own, the noun itself."""
    before, last = _split(noun)
    return before + _plural(last)


def singular_of(noun: str) -> str:
    """The singular of a noun that may be a plural already."""
    before, last = _split(noun)
    return before + _singular(last)


def _split(noun: str) -> tuple[str, str]:
    before, underscore, last = noun.rpartition("_")
    return before + underscore, last


def _plural(word: str) -> str:
    if word in _SAME:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if word in _SAME or word in _IRREGULAR or re.search(r"(ss|us|is|[^s])$", word):
        return word
    if re.search(r"[^aeiou]ies$", word) and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if re.search(r"(ss|x|zz|ch|sh|(bon|camp|cens|stat|vir)us)es$", word) else word[:-1]
