"""`plumb init` when it is interrupted, has no network, or has a bug: nothing is left behind."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx2
import pytest

import plumbrule
from cli.conftest import PLUMB, Plumb, environment
from cli.initial import OFFLINE, tree
from faults import strike_at_every
from plumbrule.cli import main

# Interrupts


def init_in_child() -> None:
    """For `faults`: the command line, whole, on the folder that is the argument."""
    os.chdir(sys.argv[1])
    sys.argv = ["plumb", "init", "shop", "--preset", "minimal", "--no-git", *OFFLINE]
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  it lives as long as the process
    main()


@pytest.mark.parametrize("existing", [False, True])
def test_an_interrupt_at_any_moment_leaves_nothing_behind(tmp_path: Path, existing: bool) -> None:
    places = [tmp_path / str(number) for number in range(30)]
    for place in places:
        (place / "shop" if existing else place).mkdir(parents=True)
    codes = strike_at_every(7, "SIGINT", "cli.test_init_interrupts:init_in_child", places)
    assert len(codes) > 3
    assert set(codes[:-1]) == {130}
    for place, _ in zip(places, codes[:-1], strict=False):
        assert list(place.rglob("*")) == ([place / "shop"] if existing else [])


@pytest.mark.parametrize("existing", [False, True])
def test_a_kill_at_any_moment_does_not_hinder_the_next_run(
    tmp_path: Path, plumb: Plumb, existing: bool
) -> None:
    places = [tmp_path / str(number) for number in range(30)]
    for place in places:
        (place / "shop" if existing else place).mkdir(parents=True)
    codes = strike_at_every(12, "SIGKILL", "cli.test_init_interrupts:init_in_child", places)
    whole = tree(places[len(codes) - 1] / "shop")
    for place, _ in zip(places, codes[:-1], strict=False):
        done = plumb("init", "shop", "--preset", "minimal", "--no-git", *OFFLINE, cwd=place)
        assert done.returncode == 0 or "is not empty" in done.stderr, "one of the two made it"
        assert tree(place) == {f"shop/{path}": content for path, content in whole.items()}


@pytest.fixture
def endless_uv(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder whose uv leaves half an environment and waits for ever, and the pipe that gives its pid."""
    folder = tmp_path_factory.mktemp("bin")
    told, never = folder / "told", folder / "never"
    for pipe in (told, never):
        os.mkfifo(pipe)
    uv = folder / "uv"
    uv.write_text(
        f"#!/bin/sh\nmkdir -p .venv/bin && echo x > uv.lock\necho $$ > {told}\nread line < {never}\n"
    )
    uv.chmod(0o755)
    return folder, told


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_while_packages_are_installed_takes_everything_back(
    tmp_path: Path, endless_uv: tuple[Path, Path], number: signal.Signals, code: int
) -> None:
    folder, told = endless_uv
    env = environment(PATH=f"{folder}:{os.environ['PATH']}", UV=str(folder / "uv"))
    command: list[str | Path] = [PLUMB, "init", "deep/shop", "--yes"]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=-1, stderr=-1, text=True) as process:
        installer = int(told.read_text())
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert err.splitlines()[3:] == (["plumb: interrupted; nothing was left behind"] if code == 130 else [])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(installer, 0)


# What surrounds it


def test_without_a_network_it_finishes_and_says_what_to_run(plumb: Plumb, tmp_path: Path) -> None:
    env = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    done = plumb("init", "shop", "--yes", env=env)
    assert done.returncode == 0
    assert "not installed, as uv said above" in done.stdout
    assert "network was disabled" in done.stderr
    after = done.stdout.partition("Next:\n")[2].splitlines()
    assert after[:2] in (["  cd shop", "  uv sync"], ["  cd shop", "  python3 -m venv .venv"])
    assert plumb("init", "served", "--yes", "--serve", env=env).returncode == 2


def test_without_uv_and_without_a_network_it_says_how_to_go_on_with_pip(tmp_path: Path) -> None:
    own = tmp_path / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", own], check=True)
    (library,) = own.glob("lib/python*/site-packages")
    (library / "lent.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{Path(plumbrule.__file__).parents[1]}\n"
    )
    code = "from plumbrule.cli import main; main()"
    command = [str(own / "bin/python"), "-c", code, "init", "shop", "--yes"]
    env = environment(PATH=str(tmp_path), PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    env.pop("UV", None)
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "left out: git is not installed" in done.stdout
    assert "not installed, as pip said above" in done.stdout
    after = done.stdout.partition("Next:\n")[2].splitlines()
    assert after[:3] == ["  cd shop", "  python3 -m venv .venv", "  .venv/bin/pip install --upgrade pip"]


def test_a_bug_is_one_line_and_a_file_to_report(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['plumb', 'init', 'shop', '--yes', '--no-sync']\n"
        "import faults, pathlib, plumbrule.cli\n"
        "def fail(): raise RuntimeError('boom')\n"
        "faults.arm(pathlib.Path(), 3, fail)\n"
        "plumbrule.cli.main()\n"
    )
    env = environment(PYTHONPATH=str(Path(__file__).parents[1]), TMPDIR=str(tmp_path))
    place = tmp_path / "place"
    place.mkdir()
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    line = done.stderr.splitlines()[-1]
    assert line.startswith("plumb: this is a bug in plumb; please report it with ")
    report = Path(line.rpartition(" ")[2]).read_text()
    assert "plumb init shop --yes --no-sync" in report
    assert "RuntimeError: boom" in report
    assert list(place.iterdir()) == []


@pytest.fixture
def swift_uv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A uv that lends the packages of the tests to the project; downloads are not what is tested here."""
    uv = tmp_path_factory.mktemp("bin") / "uv"
    packages = sysconfig.get_path("purelib")
    uv.write_text(
        f"#!/bin/sh\n{sys.executable} -m venv --without-pip .venv\n"
        f"cd .venv/lib/python*/site-packages && printf '%s\\n' {packages} $OLDPWD/src > lent.pth\n"
    )
    uv.chmod(0o755)
    return uv


def test_serve_migrates_the_database_and_becomes_the_server(tmp_path: Path, swift_uv: Path) -> None:
    env = environment(UV=str(swift_uv), SHOP_SERVER__PORT="0")
    command: list[str | Path] = [PLUMB, "init", "shop", "--yes", "--no-git", "--serve"]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        line = next(line for line in process.stdout if "running on" in line)
        address = re.search(r"http://[\d.:]+", line)
        assert address
        body = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}
        answer = httpx2.post(f"{address[0]}/api/v1/auth/register", json=body)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert answer.status_code == 201, answer.text
    assert process.returncode == 0
