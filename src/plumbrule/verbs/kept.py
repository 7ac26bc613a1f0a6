"""Plans that are made now and applied later, by their id; they outlive the process that made them.

They live in the user's own cache folder: a project under review cannot bring a plan along.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plumbrule.plan import Create, Delete, Edit, Move, Operation, Plan, Refusal, Step
from plumbrule.verbs.memory import cache_folder

MOST = 50
OPERATIONS: Mapping[str, type[Operation]] = {
    "create": Create,
    "edit": Edit,
    "move": Move,
    "delete": Delete,
}


def keep(plan: Plan) -> str:
    """Keep a plan; gives its id, which is the same for the same plan."""
    text = json.dumps({"root": str(plan.root.resolve()), "steps": [written(step) for step in plan.steps]})
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = plans_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w") as out:
            out.write(text)
        Path(draft).replace(folder / f"{name}.json")
        _forget_the_oldest(folder)
    except OSError as error:
        raise Refusal(f"cannot keep the plan in {folder}: {error.strerror}; nothing was changed") from error
    return name


def kept(name: str) -> Plan:
    """The plan of an id; refuses an id that no plan has."""
    path = plans_folder() / f"{name}.json"
    if not re.fullmatch(r"[0-9a-f]{16}", name) or not path.is_file():
        raise Refusal(f"no plan `{name}`; make it again, and use the id that comes with it")
    document = json.loads(path.read_text())
    return Plan(Path(document["root"]), tuple(read(step) for step in document["steps"]))


def written(step: Step) -> dict[str, Any]:
    """A step as JSON has it."""
    kinds = {kind: name for name, kind in OPERATIONS.items()}
    operation = step.operation
    return {"do": kinds[type(operation)], **asdict(operation), "reason": step.reason, "group": step.group}


def read(document: Mapping[str, Any]) -> Step:
    """A step from JSON."""
    fields = dict(document)
    kind, reason, group = OPERATIONS[fields.pop("do")], fields.pop("reason"), fields.pop("group")
    return Step(kind(**fields), reason, group)


def plans_folder() -> Path:
    """Where the plans of this user are."""
    return cache_folder() / "plans"


def _forget_the_oldest(folder: Path) -> None:
    plans = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    for path in plans[:-MOST]:
        with suppress(OSError):
            path.unlink()
