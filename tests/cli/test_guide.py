"""`plumb guide`: a list, a page for a terminal, and Markdown for everything else."""

import re
from pathlib import Path

import pexpect
import pytest

from cli.conftest import PLUMB, Plumb, environment, refused
from plumbrule.guides import guides

GUIDES = guides()
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CODE = re.compile(r"^```python.*?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def on_a_terminal(*arguments: str, columns: int) -> str:
    """What `plumb` shows, without its colours."""
    size = (24, columns)
    child = pexpect.spawn(
        str(PLUMB), list(arguments), env=environment(TERM="xterm"), dimensions=size, encoding="utf-8"
    )
    shown: str = child.read()
    child.close()
    assert child.exitstatus == 0, shown
    return ANSI.sub("", shown).replace("\r\n", "\n")


def test_alone_it_lists_the_guides_with_a_line_about_each(plumb: Plumb) -> None:
    lines = plumb("guide").stdout.splitlines()
    assert lines[-1] == "9 guides. One in full: plumb guide NAME"
    for guide in GUIDES.values():
        assert lines[lines.index(guide.name) + 1] == f"  {guide.summary}"
    assert all(len(line) <= 80 for line in lines)


def test_a_guide_that_does_not_exist_is_refused(plumb: Plumb) -> None:
    assert "no guide `owasp`; did you mean `security-owasp`?" in refused(plumb("guide", "owasp"))
    assert "plumb guide lists them" in refused(plumb("guide", "kubernetes"))


@pytest.mark.parametrize("name", GUIDES)
def test_piped_it_is_the_page_as_it_is(plumb: Plumb, name: str) -> None:
    assert plumb("guide", name).stdout == GUIDES[name].text


@pytest.mark.parametrize("name", GUIDES)
def test_a_terminal_of_80_columns_shows_every_line_of_code_whole(name: str) -> None:
    shown = on_a_terminal("guide", name, columns=80)
    lines = {line.rstrip() for line in shown.split("\n")}
    assert max(map(len, lines)) <= 80
    assert "```" not in shown
    code = "".join(CODE.findall(GUIDES[name].text)).splitlines()
    assert [line for line in code if f"  {line}".rstrip() not in lines] == []
    named = re.findall(r"`([^`\s]+)`", CODE.sub("", GUIDES[name].text))
    assert [word for word in named if word not in shown] == []


def test_a_page_can_be_written_to_a_file(plumb: Plumb, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(plumb("guide", "caching-redis", "--color", "never").stdout)
    assert page.read_text().startswith("# Redis")
