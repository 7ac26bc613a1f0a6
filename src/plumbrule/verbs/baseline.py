"""The findings that a project has decided to live with, in a file of their fingerprints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plumbrule.plan import Create, Edit, Plan, Step, apply, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.config import Config
    from plumbrule.verbs.outcome import Reported

VERSION = 1


def read(config: Config) -> dict[str, str]:
    """The fingerprints in the baseline, each with the file it was found in."""
    path = config.root / config.baseline
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            raise config.refusal(
                "baseline", config.baseline, f"it has version {document['version']}, not {VERSION}"
            )
        return {entry["fingerprint"]: str(entry["path"]) for entry in document["findings"]}
    except FileNotFoundError:
        way_out = "no such file; plumb audit --baseline write makes it"
        raise config.refusal("baseline", config.baseline, way_out) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise config.refusal("baseline", config.baseline, "it is not a baseline; write it anew") from error


def write(config: Config, findings: Iterable[Reported]) -> str:
    """Make a baseline of these findings; gives its path."""
    path = config.root / config.baseline
    after = text(findings)
    if path.exists():
        step = Step(Edit(config.baseline, read_text(path), after), "the findings of today")
    else:
        step = Step(Create(config.baseline, after), "the findings of today")
    apply(Plan(config.root, (step,)), undoable=False)
    return config.baseline


def text(findings: Iterable[Reported]) -> str:
    """One line a finding, in an order that changes as little as the code does."""
    keys = ("path", "rule", "fingerprint", "message")
    rows = sorted((f.finding.at.path, f.rule.name, f.fingerprint, f.finding.message) for f in findings)
    entries = (json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) for row in rows)
    lines = ",\n".join(f"  {entry}" for entry in entries)
    return f'{{"version": {VERSION}, "findings": [\n{lines}\n]}}\n'
