"""Where a report goes: to the terminal, or to a file that was named."""

from pathlib import Path

from plumbrule.cli.console import Output
from plumbrule.plan import Refusal, write_text


def deliver(output: Output, report: str, file: Path | None, told: str = "") -> None:
    """Write a report where it was asked for; say so, after what is told about it."""
    if file is None:
        output.write(report)
    else:
        save(file, report)
        output.progress(f"{told}written to {file}")


def save(file: Path, text: str) -> None:
    """Write a file of the user's."""
    try:
        write_text(file, text)
    except OSError as error:
        raise Refusal(f"cannot write {file}: {error.strerror}") from error
