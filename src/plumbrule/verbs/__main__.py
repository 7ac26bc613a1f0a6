"""For development: `python -m plumbrule.verbs PATH [RULE…]` prints findings, one a line."""

from __future__ import annotations

import sys
from pathlib import Path

from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit


def main() -> int:
    """Audit a path and print what was found."""
    path, *names = sys.argv[1:]
    rules = [rule for rule in rulebook() if not names or rule.name in names]
    outcome = audit(Path(path), rules)
    for item in outcome.findings:
        at = item.finding.at
        place, rule = f"{at.path}:{at.line}:{at.column}", item.rule
        sys.stdout.write(f"{place}: {item.severity}[{rule.name}] {item.finding.message}\n")
        for step in item.finding.chain:
            sys.stdout.write(f"    {step.span.path}:{step.span.line} {step.text}\n")
    for skipped in outcome.skipped:
        sys.stdout.write(f"skipped {skipped.rule.name}: {skipped.reason}\n")
    for failure in outcome.failures:
        sys.stdout.write(f"FAILED {failure.rule.name} on {failure.subject}\n{failure.trace}\n")
    return bool(outcome.findings or outcome.failures)


if __name__ == "__main__":
    sys.exit(main())
