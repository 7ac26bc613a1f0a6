"""An audit that could find nothing else is not done again, and every change is seen."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from plumbrule.config import Config
from plumbrule.verbs import review
from plumbrule.verbs.memory import LARGEST, MOST, Memory, forget
from plumbrule.verbs.outcome import Outcome
from report.projects import CLEAN, RATES, many, write

DOCKERFILE = "FROM python:3.12\nUSER app\nCMD uvicorn main:app\n"
HIDDEN = RATES.replace("time.sleep(1)", "time.sleep(1)  # plumb: ignore[blocking-call-in-async] once a day")


@pytest.fixture(autouse=True)
def cache(caches: Path) -> Path:
    return caches / "audits"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {"main.py": RATES, "app/hidden.py": HIDDEN, "app/many.py": many(3), "Dockerfile": DOCKERFILE}
    return write(tmp_path, {**files, "requirements.txt": "fastapi==0.121.0\n", "pyproject.toml": ""})


def audited(project: Path, **settings: tuple[str, ...]) -> Outcome:
    return review.review(review.target([project]), Config(project, **settings))  # type: ignore[arg-type]


def remembered(project: Path, **settings: tuple[str, ...]) -> Outcome | None:
    return Memory(Config(project, **settings)).recall()  # type: ignore[arg-type]


def test_what_is_remembered_is_what_was_found(project: Path) -> None:
    first = audited(project)
    again = audited(project)
    assert remembered(project) is not None
    assert first.findings
    assert first.suppressed
    assert first.skipped
    for field in fields(Outcome):
        if field.name not in {"read", "source"}:
            assert getattr(again, field.name) == getattr(first, field.name), field.name
    assert again.project.routes
    for path in ("main.py", "Dockerfile"):
        source, before = again.source(path), first.source(path)
        assert source
        assert before
        assert source.text == before.text


def edited(project: Path) -> None:
    path = project / "main.py"
    before = path.stat()
    text = path.read_text()
    path.write_text(text.replace("time.sleep(1)", "print(str(2))"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def added(project: Path) -> None:
    write(project, {"app/new.py": CLEAN})


def removed(project: Path) -> None:
    (project / "app/many.py").unlink()


def moved(project: Path) -> None:
    (project / "app/many.py").rename(project / "app/few.py")


def pinned(project: Path) -> None:
    write(project, {"requirements.txt": "fastapi==0.95.0\n"})


def locked(project: Path) -> None:
    write(project, {"uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.95.0"\n'})


def rebuilt(project: Path) -> None:
    write(project, {"Dockerfile": DOCKERFILE.replace("USER app\n", "")})


def deployed(project: Path) -> None:
    write(project, {"deploy/Dockerfile.worker": DOCKERFILE})


@pytest.mark.parametrize("change", [edited, added, removed, moved, pinned, locked, rebuilt, deployed])
def test_a_change_is_seen_even_within_the_same_second(project: Path, change: Callable[[Path], None]) -> None:
    audited(project)
    assert remembered(project) is not None
    change(project)
    assert remembered(project) is None
    assert audited(project).findings == review.audited(review.target([project]), Config(project)).findings


def test_a_file_that_was_only_touched_is_no_change(project: Path) -> None:
    audited(project)
    for path in project.rglob("*.py"):
        os.utime(path, ns=(1, 1))
    assert remembered(project) is not None


def test_an_old_file_is_trusted_while_the_system_says_the_same_of_it(project: Path, cache: Path) -> None:
    audited(project)
    (record,) = cache.iterdir()
    document = json.loads(record.read_text())
    document["opened"] += 10**12  # as if all of this had been long ago
    record.write_text(json.dumps(document))
    assert remembered(project) is not None
    edited(project)
    assert remembered(project) is None


def test_another_choice_of_rules_is_another_audit(project: Path) -> None:
    audited(project)
    assert remembered(project, select=("async",)) is None
    names = {item.rule.name for item in audited(project, select=("async",)).findings}
    assert names == {item.rule.name for item in audited(project, select=("async",)).findings}
    assert {item.rule.name for item in audited(project).findings} > names


@pytest.mark.parametrize(
    "rubbish", ["", "[]", "null", "{", '{"tool": 1}', '{"tool": null, "files": {}, "asked": [], "opened": 0}']
)
def test_a_record_that_is_damaged_or_older_is_none(project: Path, cache: Path, rubbish: str) -> None:
    first = audited(project)
    (record,) = cache.iterdir()
    whole = record.read_text()
    record.write_text(rubbish)
    assert remembered(project) is None
    record.write_text(whole[: len(whole) // 2])
    assert audited(project).findings == first.findings
    assert remembered(project) is not None


def test_a_project_with_rules_of_its_own_is_always_audited(project: Path) -> None:
    (project / "rules").mkdir()
    audited(project, rules=("rules",))
    assert remembered(project, rules=("rules",)) is None


def test_a_folder_that_cannot_be_made_costs_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "main.py"))
    first = audited(project)
    assert remembered(project) is None
    assert audited(project).findings == first.findings


def test_two_runs_may_write_at_once(project: Path, cache: Path) -> None:
    outcome = audited(project)
    memory = Memory(Config(project))
    writers = [threading.Thread(target=memory.keep, args=(outcome,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert remembered(project) is not None
    assert len(list(cache.iterdir())) == 1


def test_only_the_newest_records_are_kept(tmp_path: Path) -> None:
    for number in range(MOST + 10):
        path = write(tmp_path, {f"{number}.json": "{}"}) / f"{number}.json"
        os.utime(path, ns=(number, number))
    forget(tmp_path, MOST, LARGEST)
    assert {path.stem for path in tmp_path.iterdir()} == {str(number) for number in range(10, MOST + 10)}
