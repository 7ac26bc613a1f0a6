"""`plumb init` from a shell: what it makes, what it says, and what it refuses."""

import ctypes
import os
import re
import resource
import signal
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import httpx2
import pytest

import plumbrule
from cli.conftest import PLUMB, Done, Plumb, environment
from faults import strike_at_every
from plumbrule.cli import main

OFFLINE = ("--yes", "--no-sync")


def tree(root: Path) -> dict[str, bytes]:
    """The files of a project, its repository left out."""
    found = (path for path in root.rglob("*") if path.is_file())
    everything = {str(path.relative_to(root)): path.read_bytes() for path in found}
    return {path: content for path, content in everything.items() if not path.startswith(".git/")}


def listed(output: str) -> str:
    """The part of the output that shows the files."""
    return output.partition("\n\n")[2].partition("\n\n")[0]


def refused(done: Done, code: int = 2) -> str:
    """The one line in which `plumb` says that it will not."""
    assert done.returncode == code, done
    assert done.stdout == ""
    progress, _, line = done.stderr.rstrip("\n").rpartition("\n")
    assert progress in {"", "writing the files"}
    assert line.startswith("plumb: ")
    return line.removeprefix("plumb: ")


# What it makes


@pytest.mark.parametrize("preset", ["service", "minimal"])
def test_a_project_is_written_and_recorded(plumb: Plumb, tmp_path: Path, preset: str) -> None:
    assert plumb("init", "my-shop", "--preset", preset, *OFFLINE).returncode == 0
    project = tomllib.loads((tmp_path / "my-shop/pyproject.toml").read_text())
    assert project["project"]["name"] == "my-shop"
    assert project["tool"]["plumb"]["scaffold"]["preset"] == preset
    assert (tmp_path / "my-shop/src/my_shop/main.py").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"my-shop"}


def test_the_same_words_give_the_same_bytes(plumb: Plumb, tmp_path: Path) -> None:
    for place in ("one", "two/three"):
        assert plumb("init", f"{place}/shop", *OFFLINE).returncode == 0
    assert tree(tmp_path / "one/shop") == tree(tmp_path / "two/three/shop")


def test_an_option_has_the_last_word_about_the_name(plumb: Plumb, tmp_path: Path) -> None:
    assert plumb("init", "backend", "--name", "Web.Shop", *OFFLINE).returncode == 0
    assert (tmp_path / "backend/src/web_shop/main.py").exists()


@pytest.mark.parametrize("part", ["orders", "docker", "ci", "pre-commit"])
def test_a_part_left_out_leaves_no_trace(plumb: Plumb, tmp_path: Path, part: str) -> None:
    plumb("init", "shop", *OFFLINE)
    plumb("init", "without/shop", "--without", part, *OFFLINE)
    whole, rest = tree(tmp_path / "shop"), tree(tmp_path / "without/shop")
    assert rest.keys() < whole.keys()
    recorded = tomllib.loads(rest["pyproject.toml"].decode())["tool"]["plumb"]["scaffold"]["parts"]
    assert part not in recorded


def test_a_folder_with_nothing_but_a_repository_is_empty_enough(plumb: Plumb, tmp_path: Path) -> None:
    here = tmp_path / "shop"
    subprocess.run(["git", "init", "--quiet", here], check=True)
    done = plumb("init", *OFFLINE, cwd=here)
    assert done.returncode == 0, done
    assert "Created shop here" in done.stdout
    assert "left out: there is one already" in done.stdout
    assert "  cd " not in done.stdout
    assert (here / "src/shop/main.py").exists()
    assert not (here / ".plumb").exists()


def test_a_repository_is_made_and_the_first_commit_is_left_to_its_owner(plumb: Plumb, tmp_path: Path) -> None:
    plumb("init", "shop", *OFFLINE)
    git = ["git", "-C", str(tmp_path / "shop")]
    assert subprocess.run(
        [*git, "rev-parse", "--verify", "HEAD"], capture_output=True, check=False
    ).returncode
    status = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert "?? pyproject.toml" in status.stdout.splitlines()


def test_no_repository_is_made_inside_another_or_against_the_wish(plumb: Plumb, tmp_path: Path) -> None:
    plumb("init", "free", "--no-git", *OFFLINE)
    assert not (tmp_path / "free/.git").exists()
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert "left out: the folder is inside a repository" in plumb("init", "shop", *OFFLINE).stdout
    assert not (tmp_path / "shop/.git").exists()


# What it says


def test_it_says_what_it_made_in_groups_with_times_and_what_comes_next(plumb: Plumb) -> None:
    done = plumb("init", "shop", *OFFLINE)
    assert done.stdout.startswith("Created shop in shop/: service with sqlite, ")
    headings = [line.split()[0] for line in listed(done.stdout).splitlines() if line[2] != " "]
    assert headings == ["application", "features", "migrations", "tests", "delivery", "project"]
    assert " ms" in done.stdout
    after = done.stdout.partition("Next:\n")[2].splitlines()
    assert after[0] == "  cd shop"
    assert after[-2].endswith("python -m shop")
    assert done.stderr.splitlines() == ["writing the files", "making a git repository"]


def test_every_file_is_named(plumb: Plumb, tmp_path: Path) -> None:
    words = listed(plumb("init", "shop", *OFFLINE).stdout).split()
    assert {Path(path).name for path in tree(tmp_path / "shop")} <= set(words)


def test_a_dry_run_shows_the_same_and_writes_nothing(plumb: Plumb, tmp_path: Path) -> None:
    dry = plumb("init", "shop", "--dry-run", *OFFLINE)
    assert dry.returncode == 0
    assert dry.stdout.startswith("Would create shop in shop/")
    assert list(tmp_path.iterdir()) == []
    assert listed(dry.stdout + "\n") == listed(plumb("init", "shop", *OFFLINE).stdout)


def test_quiet_says_nothing_about_its_progress(plumb: Plumb) -> None:
    assert plumb("init", "shop", "-q", *OFFLINE).stderr == ""


def test_verbose_gives_each_file_a_line_and_the_part_that_brought_it(plumb: Plumb, tmp_path: Path) -> None:
    lines = listed(plumb("init", "shop", "--verbose", *OFFLINE).stdout).splitlines()
    assert len(lines) == len(tree(tmp_path / "shop"))
    assert any(line.split()[-2:] == ["Dockerfile", "docker"] for line in lines)


def test_colours_come_on_demand_only(plumb: Plumb) -> None:
    assert "\x1b[" not in plumb("init", "a", *OFFLINE).stdout
    assert "\x1b[" in plumb("init", "b", "--color", "always", *OFFLINE).stdout
    assert "\x1b[" in plumb("--color=always", "init", "c", *OFFLINE, env={"NO_COLOR": "1"}).stdout


# What it refuses


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("2shop", "'2shop' cannot be the name of a Python package; try --name shop"),
        ("größe", "'größe' cannot be the name of a Python package; try --name grosse"),
        ("a+b", "'a+b' cannot be the name of a Python package; try --name a-b"),
        ("s" * 31, f"'{'s' * 31}' is longer than 30 characters; try a shorter --name"),
        ("shop-", "'shop-' cannot be the name of a Python package; try --name shop"),
        ("class", "'class' is a keyword of Python; try --name class-service"),
        ("Logging", "'Logging' would hide a module of Python's standard library; try --name logging-service"),
        ("fastapi", "'fastapi' would hide a package or a folder of the project; try --name fastapi-service"),
        ("tests", "'tests' would hide a package or a folder of the project; try --name tests-service"),
        (
            "migrations",
            "'migrations' would hide a package or a folder of the project; try --name migrations-service",
        ),
    ],
)
def test_a_name_that_python_cannot_import(plumb: Plumb, tmp_path: Path, name: str, line: str) -> None:
    assert refused(plumb("init", name, *OFFLINE)) == line
    assert refused(plumb("init", "somewhere", "--name", name, *OFFLINE)) == line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("--with dokcer", "unknown part 'dokcer'; did you mean docker?"),
        ("--without kubernetes", "unknown part 'kubernetes'; choose from orders, docker, ci, pre-commit"),
        ("--preset servce", "unknown preset 'servce'; did you mean service?"),
        ("--database postgre", "unknown database 'postgre'; did you mean postgres?"),
        ("--layout by-featur", "unknown layout 'by-featur'; did you mean by-feature?"),
        ("--withot ci", "no such option: --withot; did you mean `--without`?"),
        ("--with ci --without ci", "--with ci and --without ci contradict each other; drop one of them"),
        (
            "--preset minimal --database sqlite",
            "the preset minimal has no database; leave out --database sqlite",
        ),
        ("--preset minimal --with orders", "the preset minimal cannot have orders; leave out --with orders"),
        ("--dry-run --serve", "--serve and --dry-run contradict each other; drop one of them"),
        ("--no-sync --serve", "--serve and --no-sync contradict each other; drop one of them"),
        ("-q -v", "--quiet and --verbose contradict each other; drop one of them"),
    ],
)
def test_words_that_mean_nothing_or_contradict_each_other(
    plumb: Plumb, tmp_path: Path, words: str, line: str
) -> None:
    assert refused(plumb("init", "shop", "--yes", *words.split())) == line
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty(plumb: Plumb, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/notes.txt").write_text("mine")
    line = "shop is not empty (it holds notes.txt); choose another path"
    assert refused(plumb("init", "shop", *OFFLINE)) == line
    assert tree(tmp_path / "shop") == {"notes.txt": b"mine"}


def test_a_path_that_is_a_file_or_leads_through_one(plumb: Plumb, tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    assert refused(plumb("init", "shop", *OFFLINE)) == "shop is a file; choose another path"
    assert "cannot write shop/api" in refused(plumb("init", "shop/api", *OFFLINE))
    assert tree(tmp_path) == {"shop": b"mine"}


def test_a_link_to_nothing(plumb: Plumb, tmp_path: Path) -> None:
    (tmp_path / "shop").symlink_to(tmp_path / "nowhere")
    assert "a symbolic link to nothing" in refused(plumb("init", "shop", *OFFLINE))
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_a_folder_that_may_not_be_written(plumb: Plumb, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    empty = locked / "empty"
    empty.mkdir()
    for folder in (empty, locked):
        folder.chmod(0o555)
    for path in ("locked/shop", "locked/deep/shop", "locked/empty"):
        line = refused(plumb("init", path, *OFFLINE, preexec_fn=obey_permissions))
        assert line == f"cannot write {path}: Permission denied; nothing was changed"
    for folder in (locked, empty):
        folder.chmod(0o755)
    assert list(locked.rglob("*")) == [empty]


def obey_permissions() -> None:
    """Take from root the right to write where permissions forbid it; others do not have it."""
    if os.geteuid() == 0:
        drop_from_bounding_set, may_override_permissions = 24, 1
        code = ctypes.CDLL(None, use_errno=True).prctl(drop_from_bounding_set, may_override_permissions)
        assert code == 0, os.strerror(ctypes.get_errno())


@pytest.mark.parametrize("path", ["shop", "empty", "deep/shop"])
def test_a_disk_that_is_full(plumb: Plumb, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    line = refused(plumb("init", path, "--name", "shop", *OFFLINE, preexec_fn=no_file_above_1_kb))
    assert line == f"cannot write {path}: File too large; nothing was changed"
    assert [child.name for child in tmp_path.rglob("*")] == ["empty"]


def no_file_above_1_kb() -> None:
    """A limit that holds for root too, and comes to `write` like a full disk: in the middle."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


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
    codes = strike_at_every(7, "SIGINT", "cli.test_init:init_in_child", places)
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
    codes = strike_at_every(12, "SIGKILL", "cli.test_init:init_in_child", places)
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
