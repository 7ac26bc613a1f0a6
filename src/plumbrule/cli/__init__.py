"""The command line: parse, call a verb, render, exit."""


def main() -> None:
    """Run `plumb`."""
