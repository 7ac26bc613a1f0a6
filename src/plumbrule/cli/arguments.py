"""Flags of all commands, which may stand before or after the command."""

FLAGS = {"-q", "--quiet", "-v", "--verbose"}


def hoist(arguments: list[str]) -> list[str]:
    """Put the flags that all commands have first, wherever they were written."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in FLAGS or word.startswith("--color="):
            first.append(word)
        elif word == "--color":
            first += [word, *(value for value in [next(words, None)] if value)]
        else:
            rest.append(word)
    return first + rest
