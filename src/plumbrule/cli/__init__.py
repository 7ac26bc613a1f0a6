"""The command line: parse, call a verb, render, exit."""

import gc
import io
import sys


def main() -> None:
    """Run `plumb` and end with its exit code."""
    gc.set_threshold(100_000)  # what is imported stays, and looking for garbage in it takes a while
    from plumbrule.cli.errors import guarded  # noqa: PLC0415

    speak_unicode()
    code = guarded(sys.argv[1:])
    gc.freeze()  # Python would look for garbage in everything once more before it ends
    sys.exit(code)


def speak_unicode() -> None:
    """Results are UTF-8 wherever they go, as on Windows they would not be; a terminal keeps what it knows."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = None if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="replace")
