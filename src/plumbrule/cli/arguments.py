"""What is done to the arguments before they are parsed."""

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


def complete(arguments: list[str]) -> list[str]:
    """Give `--baseline` its word where it stands alone: whoever means a path after it means no word."""
    return [
        f"--baseline={'write' if following == 'write' else 'read'}" if word == "--baseline" else word
        for previous, word, following in zip(["", *arguments], arguments, [*arguments[1:], ""], strict=False)
        if not (previous == "--baseline" and word == "write")
    ]
