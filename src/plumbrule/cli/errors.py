"""Every way out of `plumb`: one line on stderr and an exit code."""

import errno
import signal
import sys
import tempfile
import traceback

from plumbrule import __version__
from plumbrule.plan import Refusal

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""what a disk says that is full or broken, whoever writes to it"""


def guarded(arguments: list[str]) -> int:
    """Run the application; whatever goes wrong becomes one line and a code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return answered(arguments)
    except Refusal as refusal:
        return _say(f"{refusal}", 2)
    except KeyboardInterrupt:
        return _say("interrupted; nothing was left behind", 130)
    except BrokenPipeError:
        sys.stdout = None  # else Python would try again on its way out
        return 1
    except Exception as error:  # noqa: BLE001  the last one to see it
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            sys.stdout = None
            return _say(f"cannot write {error.filename or 'the result'}: {error.strerror}", 2)
        return _say(
            f"this is a bug in plumb; please report it with {write_report(traceback.format_exc())}", 70
        )


def answered(arguments: list[str]) -> int:
    """Run the command, and see that all of its result is written.

    The version is told before anything heavy is imported.
    """
    code = 0
    if arguments == ["--version"]:
        print(f"plumb {__version__}")
    else:
        from plumbrule.cli.app import run  # noqa: PLC0415

        code = run(arguments)
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


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
