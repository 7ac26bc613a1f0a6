"""Make the folders of a new FastAPI project: a door to `plumb init`, which takes the same arguments."""

import shutil
import subprocess
import sys

if __name__ == "__main__":
    plumb = ["plumb"] if shutil.which("plumb") else ["uvx", "plumbrule"]
    try:
        sys.exit(subprocess.call([*plumb, "init", *sys.argv[1:]]))  # noqa: S603
    except FileNotFoundError:
        sys.exit("plumb is not installed: uv tool install plumbrule")
