"""Fingerprints and baselines survive what is no change of substance."""

import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.config import read_config
from plumbrule.plan import Refusal
from plumbrule.verbs import baseline
from plumbrule.verbs.audit import audit
from plumbrule.verbs.outcome import Outcome
from plumbrule.verbs.review import review, target
from report.projects import RATES, many, write

LONG = "https://example.org/a/very/long/address/that/goes/on/and/on/until/it/breaks"
UGLY = f"""\
import time
from fastapi import FastAPI, Depends
import requests
app = FastAPI( title = 'shop' )
def   session( ) :
    yield 1
@app.get( '/orders/{{order_id}}' , tags = [ 'a','b' ] )
async def   read( session = Depends( session ) ) :
    time.sleep( 1 ) ; return requests.get( {LONG!r} , headers = {{ 'a' : 'b' }} , timeout = 0XAB ).text
class  A :
    @staticmethod
    @app.get ( '/customers/{{customer_id}}' )
    async def  read( x = ( 1 , 2 , 3 ) ) :
        return ( requests.get( 'https://example.org' ) )
"""


def prints(outcome: Outcome) -> set[str]:
    return {item.fingerprint for item in outcome.findings}


@pytest.mark.parametrize("source", [UGLY, RATES, many(7)])
def test_formatting_changes_no_fingerprint(tmp_path: Path, source: str) -> None:
    write(tmp_path, {"main.py": source})
    before = prints(audit(tmp_path))
    subprocess.run(
        [Path(sys.executable).with_name("ruff"), "format", "--quiet", "main.py"], cwd=tmp_path, check=True
    )
    text = (tmp_path / "main.py").read_text()
    assert text != source or source is not UGLY
    assert before
    assert prints(audit(tmp_path)) == before


def test_moving_a_function_changes_no_fingerprint(tmp_path: Path) -> None:
    head, function, tail = RATES.partition('@router.get("/{currency}")\n')
    body, route, rest = tail.partition('@router.get("/")\n')
    filler = "".join(f"\n\ndef filler_{n}() -> int:\n    return {n}\n" for n in range(50))
    assert filler.count("\n") == 200
    before = prints(audit(write(tmp_path / "before", {"main.py": RATES})))
    including = "app.include_router(router)\n"
    moved = f"{head}{filler}\n\n{route}{rest.replace(including, '')}\n\n{function}{body}{including}"
    after = prints(audit(write(tmp_path / "after", {"main.py": moved})))
    assert before
    assert after == before


def test_another_flaw_is_new(tmp_path: Path) -> None:
    before = prints(audit(write(tmp_path / "before", {"main.py": RATES})))
    worse = RATES.replace("    time.sleep(1)\n", "    time.sleep(1)\n    time.sleep(2)\n")
    after = prints(audit(write(tmp_path / "after", {"main.py": worse})))
    assert len(after - before) == 1
    assert before < after


def test_twins_each_have_a_fingerprint(tmp_path: Path) -> None:
    twice = RATES.replace("    time.sleep(1)\n", "    time.sleep(1)\n    time.sleep(1)\n")
    one, two = (audit(write(tmp_path / str(n), {"main.py": t})) for n, t in enumerate((RATES, twice)))
    assert len(prints(two)) == len(two.findings) == len(one.findings) + 1


def test_what_is_in_the_baseline_is_known_and_what_is_not_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": RATES})
    config, here = read_config(tmp_path, {}, {}), target([tmp_path])
    first = review(here, config)
    assert first.findings
    assert baseline.write(config, first.findings) == "plumb-baseline.json"
    second = review(here, config, known=True)
    assert (second.findings, second.known) == ((), first.findings)
    write(tmp_path, {"more.py": many(1)})
    third = review(here, config, known=True)
    assert {item.finding.at.path for item in third.findings} == {"more.py"}


def test_what_a_moved_file_brings_along_is_known(tmp_path: Path) -> None:
    write(tmp_path, {"old/main.py": RATES, "old/twice.py": many(2)})
    here, config = target([tmp_path]), read_config(tmp_path, {}, {})
    baseline.write(config, review(here, config).findings)
    known = len(review(here, config, known=True).known)
    (tmp_path / "old").rename(tmp_path / "new")
    again = review(here, config, known=True)
    assert (len(again.known), again.findings) == (known, ())
    assert review(here, config, known=True).findings == (), "it is remembered as well"

    write(tmp_path, {"old/main.py": RATES, "old/twice.py": many(2)})
    both = review(here, config, known=True)
    assert {item.finding.at.path.partition("/")[0] for item in both.findings} == {"new"}, "a copy is new"


def test_a_baseline_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    findings = audit(write(tmp_path, {"main.py": RATES})).findings
    assert baseline.text(findings) == baseline.text(findings[::-1])
    assert baseline.text(findings).count("\n") == len(findings) + 2


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "findings": []}', '{"version": 1}', '{"version": 1, "findings": [3]}']
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plumb-baseline.json").write_text(text)
    with pytest.raises(Refusal, match=r"--baseline plumb-baseline\.json: it "):
        baseline.read(read_config(tmp_path, {}, {}))
