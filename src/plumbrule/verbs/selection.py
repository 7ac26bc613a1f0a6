"""Which rules run: those of the rulebook and of the project, as its configuration chooses."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, get_args

from plumbrule.config import suggestion
from plumbrule.plan import Refusal
from plumbrule.rulekit import Category, Rule
from plumbrule.rules import rulebook, rules_of
from plumbrule.verbs.suppressions import OWN_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plumbrule.config import Config
    from plumbrule.probes import Probe

CATEGORIES: tuple[str, ...] = get_args(Category)


def known_rules(config: Config) -> dict[str, Rule]:
    """Every rule by name: those that come with plumb, and the project's own."""
    rules = {rule.name: rule for rule in (*rulebook(), *OWN_RULES)}
    for folder in config.rules:
        for rule in loaded(config, folder):
            if rule.name in rules:
                raise config.refusal("rules", folder, f"there is a rule `{rule.name}` already; rename yours")
            rules[rule.name] = rule
    return dict(sorted(rules.items()))


def everything(config: Config) -> dict[str, Rule]:
    """Every rule and every probe, by name."""
    from plumbrule.probes import probes  # noqa: PLC0415  what speaks to a service takes a while to import

    return {**known_rules(config), **{probe.rule.name: probe.rule for probe in probes()}}


def loaded(config: Config, folder: str) -> tuple[Rule, ...]:
    """The rules in a folder of the project."""
    path = config.root / folder
    if not path.is_dir():
        raise config.refusal("rules", folder, f"no such folder: {path}")
    try:
        return rules_of(path)
    except Exception as error:
        raise config.refusal("rules", folder, f"{culprit(error, path)}: {error}") from error


def culprit(error: Exception, folder: Path) -> str:
    """The line of a rule file that an error comes from."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(folder))]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else "it cannot be loaded"


def chosen_rules(config: Config) -> tuple[Rule, ...]:
    """The rules that run; a pedantic one only if its name or `pedantic` asks for it."""
    rules = known_rules(config)
    selected, ignored = expanded(config, "select", rules), expanded(config, "ignore", rules)
    return tuple(
        rule
        for name, rule in rules.items()
        if (name in selected or not config.select)
        and name not in ignored
        and (config.pedantic or not rule.pedantic or name in config.select)
    )


def chosen_probes(config: Config) -> tuple[Probe, ...]:
    """The probes that run; rules of the audit may be named beside them, and say nothing here."""
    from plumbrule.probes import probes  # noqa: PLC0415

    rules = everything(config)
    selected, ignored = expanded(config, "select", rules), expanded(config, "ignore", rules)
    wanted = [p for p in probes() if p.rule.name in selected or not config.select]
    return tuple(probe for probe in wanted if probe.rule.name not in ignored)


def expanded(config: Config, key: str, rules: Mapping[str, Rule]) -> set[str]:
    """The rules that the words of `select` or `ignore` name: each a rule or a category."""
    found = set()
    for word in getattr(config, key):
        if word not in rules and word not in CATEGORIES:
            near = suggestion(word, [*rules, *CATEGORIES]) or "; plumb explain lists them"
            raise config.refusal(key, word, f"no rule `{word}`{near}")
        found |= {name for name, rule in rules.items() if word in (name, rule.category)}
    return found


def one_rule(config: Config, name: str) -> Rule:
    """A rule or probe by its name."""
    rules = everything(config)
    if name not in rules:
        raise Refusal(f"no rule `{name}`{suggestion(name, rules) or '; plumb explain lists them'}")
    return rules[name]
