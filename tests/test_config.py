"""Settings: where they come from, which one wins, and how a mistake is shown."""

from pathlib import Path

import pytest

from plumbrule.config import SETTINGS, Config, locate, read_config
from plumbrule.plan import Refusal
from plumbrule.verbs.selection import chosen_rules


def configured(folder: Path, text: str) -> Config:
    (folder / "pyproject.toml").write_text(text)
    return read_config(folder, {}, {})


def refused(folder: Path, text: str) -> str:
    with pytest.raises(Refusal) as caught:
        chosen_rules(configured(folder, text))
    return str(caught.value)


def test_without_a_word_there_are_defaults(tmp_path: Path) -> None:
    config = read_config(tmp_path, {}, {})
    assert (config.min_confidence, config.fail_on, config.output_format) == ("medium", "note", "full")


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.plumb]\nfail-on = "error"\nselect = ["async"]\npedantic = true\n'
    )
    config = read_config(
        tmp_path,
        {"fail-on": "never", "select": None},
        {"PLUMB_FAIL_ON": "warning", "PLUMB_SELECT": "security, database", "PLUMB_PEDANTIC": "0"},
    )
    assert config.fail_on == "never"
    assert config.select == ("security", "database")
    assert config.pedantic is False


def test_names_come_in_a_list_or_with_commas(tmp_path: Path) -> None:
    assert read_config(tmp_path, {"select": ["a,b", "c"]}, {}).select == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (
            '[tool.plumb]\nselect = [\n  "blocking-cal-in-async",\n]\n',
            "3:4",
            "did you mean `blocking-call-in-async`?",
        ),
        ('[tool.plumb]\nignore = ["asink"]\n', "2:12", "did you mean `async`?"),
        ('[tool.plumb]\nfail-on = "eror"\n', "2:12", "did you mean `error`?"),
        ('[tool.plumb]\nfial-on = "error"\n', "2:1", "no setting `fial-on`; did you mean `fail-on`?"),
        ("[tool.plumb]\nselect = 3\n", "2:10", "`select` is a list"),
        ("[tool.plumb]\nselect = [3]\n", "2:11", "`select` is a list of strings"),
        ("[tool.plumb]\nselect = 'async'\n", "2:11", "`select` is a list"),
        ('[tool.plumb]\npedantic = "yes"\n', "2:13", "`pedantic` is true or false"),
        ("[tool.plumb]\npedantic = 1\n", "2:12", "`pedantic` is true or false"),
        ("[tool.plumb]\nbaseline = 1\n", "2:12", "`baseline` is a string"),
        ('[tool.plumb]\nrules = ["nowhere"]\n', "2:11", "no such folder"),
        ("[tool]\nplumb = 3\n", "2:1", "`tool.plumb` is a table"),
        ('[tool.plumb]\nselect = ["async"\n', "3:1", "this is not TOML"),
        ("[tool.plumb\n", "1:12", "this is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_shown_in_the_file(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    first, _, frame = refused(tmp_path, text).partition("\n")
    assert f"pyproject.toml:{place}: " in first
    assert words in first
    assert "^" in frame


@pytest.mark.parametrize(
    ("flags", "variables", "words"),
    [
        ({"select": ["asinc"]}, {}, "--select asinc: no rule `asinc`; did you mean `async`?"),
        ({}, {"PLUMB_IGNORE": "asinc"}, "PLUMB_IGNORE=asinc: no rule `asinc`; did you mean `async`?"),
        ({"min-severity": "bad"}, {}, "--min-severity bad: `bad` is none of error, warning, note"),
        ({}, {"PLUMB_PEDANTIC": "maybe"}, "PLUMB_PEDANTIC=maybe: `pedantic` is true or false"),
    ],
)
def test_a_mistake_elsewhere_names_the_flag_or_variable(
    tmp_path: Path, flags: dict[str, object], variables: dict[str, str], words: str
) -> None:
    with pytest.raises(Refusal) as caught:
        chosen_rules(read_config(tmp_path, flags, variables))
    assert str(caught.value) == words


def test_tables_of_other_verbs_are_left_alone(tmp_path: Path) -> None:
    config = configured(tmp_path, '[tool.plumb]\nfail-on = "error"\n[tool.plumb.scaffold]\nselect = "x"\n')
    assert config.fail_on == "error"


def test_a_file_of_its_own_needs_no_table(tmp_path: Path) -> None:
    (tmp_path / "plumb.toml").write_text('fail-on = "never"\n')
    assert read_config(tmp_path, {}, {}, file=tmp_path / "plumb.toml").fail_on == "never"
    with pytest.raises(Refusal, match="no such file"):
        read_config(tmp_path, {}, {}, file=tmp_path / "no.toml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'[tool.plumb]\nx = "\xff"\n')
    with pytest.raises(Refusal, match="it is not UTF-8"):
        read_config(tmp_path, {}, {})


def test_the_place_is_that_of_the_table_and_not_of_another() -> None:
    text = '[tool.other]\nselect = ["x"]\n\n[tool.plumb]\nselect = ["x"]\n'
    assert locate(text, "select", "x") == (5, 12, 1)
    assert locate('tool.plumb.select = ["x"]\n', "select", "x") == (1, 23, 1)


def test_pedantic_rules_run_when_asked_for(tmp_path: Path) -> None:
    def names(**flags: object) -> set[str]:
        return {rule.name for rule in chosen_rules(read_config(tmp_path, flags, {}))}

    assert names() <= names(pedantic=True)
    extra = names(pedantic=True) - names()
    for name in sorted(extra)[:1]:
        assert names(select=[name]) == {name}


def test_the_settings_in_the_documentation_are_all_there_are(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs/auditing.md").read_text()
    example = page.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "tools/rules").mkdir(parents=True)
    config = configured(tmp_path, example)
    assert set(config.sources) == set(SETTINGS)
    assert chosen_rules(config)
