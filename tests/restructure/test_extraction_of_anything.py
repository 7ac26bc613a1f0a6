"""Handlers that nobody thought of: whatever is taken out of them, they answer as before."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from plumbrule.plan import Refusal
from plumbrule.restructure import Tree
from plumbrule.restructure.extraction import Extraction, extract
from restructure.played import KIT, answers, runs

NAMES = ("a", "b", "c", "n")
ATOMS = st.sampled_from([*NAMES, "0", "1", "2", "n"])
EXPRESSIONS = st.one_of(
    st.builds("{} + {}".format, ATOMS, ATOMS),
    st.builds("[i + {} for i in range({})][-1:]".format, ATOMS, st.sampled_from(["0", "2"])),
    st.builds("(lambda: {})()".format, ATOMS),
    st.builds("sum(i for i in range(3) if i != {})".format, ATOMS),
    st.builds("({} := {}) and {}".format, st.sampled_from(NAMES), ATOMS, ATOMS),
    ATOMS,
)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(NAMES), EXPRESSIONS),
    st.builds("{} = {}".format, st.sampled_from(NAMES), EXPRESSIONS),
    st.builds("{} += 1".format, st.sampled_from(NAMES)),
    st.builds("{}, {} = {}, {}".format, st.sampled_from(NAMES), st.sampled_from(NAMES), ATOMS, ATOMS),
    st.builds("SEEN.append({})".format, EXPRESSIONS),
    st.builds("del {}".format, st.sampled_from(NAMES)),
    st.builds("SEEN.append(lambda: {})".format, ATOMS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("raise ValueError({})".format, ATOMS),
)


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def block(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    test = st.builds("if {} > 1:".format, ATOMS)
    loop = st.builds("for {} in range(2):".format, st.sampled_from(NAMES))
    return st.one_of(
        st.builds(lambda head, body, other: [head, *indented(body), "else:", *indented(other)], test, inner, inner),
        st.builds(lambda head, body: [head, *indented(body)], st.one_of(test, loop), inner),
        st.builds(lambda body, end: ["while SEEN[5:] == []:", "    SEEN.append(0)", *indented(body), f"    {end}"],
                  inner, st.sampled_from(["break", "continue", "pass"])),
        st.builds(
            lambda body, caught, name: ["try:", *indented(body), f"except ValueError as {name}:", *indented(caught)],
            inner, inner, st.sampled_from(["error", "c"]),
        ),
        st.builds(lambda body, last: ["try:", *indented(body), "finally:", *indented(last)], inner, inner),
        st.builds(lambda body: ["with quiet():", *indented(body)], inner),
        st.builds(lambda body: ["with calm():", *indented(body)], inner),
        st.builds(lambda name, body: ["def f():", *indented(body), f"{name} = f()"], st.sampled_from(NAMES), inner),
    )  # fmt: skip


STATEMENTS = st.recursive(
    SIMPLE.map(lambda line: [line]),
    lambda inner: block(
        st.lists(inner, min_size=1, max_size=3).map(lambda many: [x for one in many for x in one])
    ),
    max_leaves=6,
)
BODIES = st.lists(STATEMENTS, min_size=2, max_size=6)
HEAD = "from app.kit import SEEN, calm, quiet\n\n\ndef handler(n, a=5):\n    b = n\n"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(BODIES, st.data())
def test_what_is_taken_out_does_what_it_did_there(body: list[list[str]], data: st.DataObject) -> None:
    lines = [line for statement in body for line in statement]
    text = HEAD + "\n".join(indented(lines)) + "\n"
    try:
        compile(text, "routes", "exec")
    except SyntaxError:
        assume(False)
    first, last = data.draw(st.sampled_from(runs(text)))
    files = {"app/__init__.py": "", "app/kit.py": KIT, "app/routes.py": text}
    tree = Tree.of(files)
    try:
        made = extract(tree, Extraction("app.routes.handler", (first, last), "app.service", "think"))
    except Refusal:
        return
    assert not made.problems, [str(problem) for problem in made.problems]
    after = {path: text.decode() for path, text in tree.after(made.rewrite.steps).files.items()}
    assert answers(after) == answers(files)
