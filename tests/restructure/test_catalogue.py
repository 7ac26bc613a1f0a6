"""Every failure of the catalogue is proved to be avoided, or refused; what would break it is seen."""

from __future__ import annotations

import json
import pkgutil
import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from plumbrule.restructure import Tree, check_static
from restructure import catalogue
from restructure.projects import rewritten

if TYPE_CHECKING:
    from restructure.catalogue import Case
    from restructure.projects import Files, Lab

FAILURES = {
    found.name: import_module(f"{catalogue.__name__}.{found.name}")
    for found in pkgutil.iter_modules(catalogue.__path__)
}
CASES: dict[str, Case] = {
    f"{name.partition('_')[0].upper()}: {which}": case
    for name, module in FAILURES.items()
    for which, case in module.CASES.items()
}
REFUSED = {name: case for name, case in CASES.items() if case.refused}
PROVED = {name: case for name, case in CASES.items() if not case.refused}


def test_each_of_the_twenty_six_has_a_file() -> None:
    assert [int(name[1:3]) for name in FAILURES] == list(range(1, 27))
    assert all(module.CASES and module.__doc__ for module in FAILURES.values())


@pytest.mark.parametrize("name", PROVED)
def test_it_is_proved(lab: Lab, name: str) -> None:
    case = PROVED[name]
    after, rewrite = rewritten(case.files, *case.moves)
    for path, text in case.has:
        assert text in after[path]
    told = [*map(str, rewrite.mentions), *(f"{v.before} → {v.after}" for v in rewrite.visible)]
    assert not case.listed or case.listed in told
    lab.same(case.files, after, case.asked)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    case = REFUSED[name]
    with pytest.raises(Refusal, match=case.refused) as refusal:
        rewritten(case.files, *case.moves)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", [name for name, case in PROVED.items() if case.wrong])
def test_what_breaks_it_is_seen(lab: Lab, name: str) -> None:
    case = PROVED[name]
    after, rewrite = rewritten(case.files, *case.moves)
    broken: Files = dict(after)
    for path, right, wrong in case.wrong:
        assert right in broken[path], broken[path]
        broken[path] = broken[path].replace(right, wrong)
    if not check_static(tree(case.files), tree(broken), rewrite):
        assert outcome(lab, broken, case) != outcome(lab, case.files, case)


def tree(files: Files) -> Tree:
    return Tree.of({path: text.encode("utf-8", "surrogateescape") for path, text in files.items()})


def outcome(lab: Lab, files: Files, case: Case) -> object:
    """What a project gives, or how it fails."""
    try:
        return json.dumps(lab.run(files, case.asked))
    except AssertionError as error:
        return re.sub(r"/\S+", "", str(error))
