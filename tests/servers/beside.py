"""Virtual environments beside that of the tests, for what must not be in it: made once, then kept."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


def environment_beside(name: str) -> Path | None:
    """Return the environment with what `requirements/NAME.txt` pins; None if it cannot be installed."""
    pins = REQUIREMENTS / f"{name}.txt"
    home = Path(sys.prefix) / f".{name}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:8]}"
    if home.exists():
        return home
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=sys.prefix))
    # Its programs name their interpreter by its path, so it stays where it was made, and the name is a link.
    venv.create(fresh, with_pip=True)
    command = [str(fresh / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(pins)], capture_output=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(fresh)
        return None
    try:
        home.symlink_to(fresh)
    except FileExistsError:  # another process was first
        shutil.rmtree(fresh)
    return home
