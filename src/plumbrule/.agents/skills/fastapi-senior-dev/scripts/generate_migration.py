"""Write an Alembic migration for an async project: a door to `plumb migrate new`, with the same arguments."""

import shutil
import subprocess
import sys

if __name__ == "__main__":
    plumb = ["plumb"] if shutil.which("plumb") else ["uvx", "plumbrule"]
    try:
        sys.exit(subprocess.call([*plumb, "migrate", "new", *sys.argv[1:]]))  # noqa: S603
    except FileNotFoundError:
        sys.exit("plumb is not installed: uv tool install plumbrule")
