"""`plumb init` from a shell: what it makes, what it says, and what it refuses."""

import ctypes
import os
import resource
import subprocess
import tomllib
from pathlib import Path

import pytest

from cli.conftest import Plumb
from cli.initial import OFFLINE, listed, refused, tree

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
    status = subprocess.run(
        [*git, "status", "--porcelain", "--branch"], capture_output=True, text=True, check=True
    )
    assert status.stdout.startswith("## No commits yet on main\n")  # ci.yml runs there
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
        ("--with docker,dokcer", "unknown part 'dokcer'; did you mean docker?"),
        (
            "--with docker,ci --without ci",
            "--with ci and --without ci contradict each other; drop one of them",
        ),
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
