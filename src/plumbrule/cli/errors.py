"""Every way out of `plumb`: one line on stderr and an exit code."""

import signal
import sys
import tempfile
import traceback

from plumbrule.plan import Refusal


def guarded(arguments: list[str]) -> int:
    """Run the application; whatever goes wrong becomes one line and a code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        from plumbrule.cli.app import run  # noqa: PLC0415

        return run(arguments)
    except Refusal as refusal:
        return _say(f"{refusal}", 2)
    except KeyboardInterrupt:
        return _say("interrupted; nothing was left behind", 130)
    except Exception:  # noqa: BLE001  the last one to see it
        return _say(
            f"this is a bug in plumb; please report it with {write_report(traceback.format_exc())}", 70
        )


def _terminate(number: int, _: object) -> None:
    """Leave in order, so that what was begun is taken back."""
    sys.exit(128 + number)


def _say(message: str, code: int) -> int:
    print(f"plumb: {message}", file=sys.stderr)
    return code


def write_report(trace: str) -> str:
    """Put what is needed to find a bug in a file; gives its path."""
    with tempfile.NamedTemporaryFile("w", prefix="plumb-bug-", suffix=".txt", delete=False) as report:
        report.write(f"{sys.version}\nplumb {' '.join(sys.argv[1:])}\n\n{trace}")
    return report.name
