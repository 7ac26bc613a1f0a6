"""Whether a value was checked before it is used: against a list, a pattern, a folder, or by a function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.knowledge.sinks import CARRIERS, CHECKS, COMPOSERS, OFFLOADERS, PARSERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function

LEAVING = (n.Raise, n.Return)
KINDS: tuple[type[n.Node], ...] = (
    n.If,
    n.Conditional,
    n.Assert,
    n.Comprehension,
    n.For,
    n.ExprStatement,
    n.Assign,
)
"""the nodes that can be a check"""
CHECKING = re.compile(
    r"check|valid|ensure|verif|assert|require|guard|safe|allow|authori|permi", re.IGNORECASE
)
RESOLVING = re.compile(r"resolve|realpath|abspath|normpath")
HOST = re.compile(r"https?://[\w.:-]+/")
FOOLED = re.compile(r"netloc\.(split|partition)\(['\"]:")
SENT = {"str", "bytes", "dict", "list", "UploadFile"}
HARMFUL_PARTS = {"..", "/", "\\", "\\\\", "//", "../", "://"}
ROOT = re.compile(r"is_?abs|startswith\([(\"']*[/\\.]|lstrip\(|[\"'][/\\]{1,2}[\"']")
"""what asks whether a path begins at the root"""


def is_checked(value: n.Expr, use: n.Node, function: Function) -> bool:
    """Whether a check of a value stands before, or around, its use."""
    around = {id(p) for p in use.parents}
    before = [node for kind in KINDS for node in function.find(kind) if node.start <= use.start]
    texts = (value.text, *resolved_copies(value.text, function))
    return any(checks(node, text, use, around, function) for text in texts for node in before)


def resolved_copies(text: str, function: Function) -> Iterator[str]:
    """`real = Path(os.path.realpath(path))`: what is asked of `real` is asked of `path`."""
    for node in function.find(n.Assign):
        match node:
            case n.Assign(targets=(n.Name(id=copy),), value=n.Call() as value) if copy != text:
                calls = [value, *(arg for arg in value.args if isinstance(arg, n.Call))]
                resolving = (c for c in calls if RESOLVING.fullmatch(c.func.text.rpartition(".")[2]))
                if any(mentions(call, text, function) for call in resolving):
                    yield copy


def checks(node: n.Node, text: str, use: n.Node, around: set[int], function: Function) -> bool:
    """Whether a node lets only good values pass to a use behind it or inside it."""
    match node:
        case n.If(test=test, body=body):
            is_inside = body[0].start <= use.start < body[-1].end
            if is_inside and excludes_text(test, text):
                return True
            is_way = id(node) in around or leaves(body) or replaces(body, text)
            return is_way and vouches(test, text, use, function, holds=is_inside)
        case n.Conditional(test=test, body=body):
            holds = body.start <= use.start < body.end
            return id(node) in around and vouches(test, text, use, function, holds=holds)
        case n.Assert(test=test):
            return vouches(test, text, use, function, holds=True)
        case n.Comprehension(clauses=clauses):
            tests = [test for clause in clauses for test in clause.conditions if id(test) not in around]
            return id(node) in around and any(
                vouches(test, text, use, function, holds=True) for test in tests
            )
        case n.For(iterable=iterable, target=target, body=body) if node.end <= use.start:
            return mentions(iterable, text, function) and any(
                refuses_item(s, target, use, function) for s in body
            )
        case n.ExprStatement(value=expr) if node.end <= use.start:
            return is_check_call(expr, text, function)
        case n.Assign(value=n.Expr() as expr) if node.end <= use.start:
            return is_check_call(expr, text, function) or is_looked_up(node, text, use, function)
        case _:
            return False


def refuses_item(statement: n.Statement, target: n.Expr, use: n.Node, function: Function) -> bool:
    """`for value in (a, b): if not good(value): raise`."""
    if not isinstance(statement, n.If) or not leaves(statement.body):
        return False
    names = [part.text for part in target.walk() if isinstance(part, n.Name)]
    return any(vouches(statement.test, name, use, function, holds=False) for name in names)


def is_looked_up(found: n.Assign, text: str, use: n.Node, function: Function) -> bool:
    """`row = find(x)`, and then `if not row: raise`: what is not known is refused before it is used. What is
    asked may also be made of the answer: `rows = found.all()`.
    """
    call = found.value.value if isinstance(found.value, n.Await) else found.value
    if not isinstance(call, n.Call) or function.call(call).name in CARRIERS or len(found.targets) != 1:
        return False
    if not any(mentions(given, text, function) for given in (*call.args, *(k.value for k in call.keywords))):
        return False
    between = [a for a in function.find(n.Assign) if found.end <= a.start < use.start and len(a.targets) == 1]
    answer = found.targets[0].text
    made = (a.targets[0].text for a in between if a.value and mentions(a.value, answer, function))
    missing = {without for name in (answer, *made) for without in absences(name)}
    tests = (node for node in function.find(n.If) if found.start < node.start < use.start)
    return any(leaves(node.body) and node.test.text in missing for node in tests)


def absences(name: str) -> tuple[str, ...]:
    """How it is asked whether there is nothing."""
    return f"not {name}", f"{name} is None", f"{name} == None"


def leaves(body: tuple[n.Statement, ...]) -> bool:
    """Whether a block ends the function or the round of the loop."""
    return bool(body) and (isinstance(body[-1], LEAVING) or body[-1].text in ("continue", "break"))


def replaces(body: tuple[n.Statement, ...], text: str) -> bool:
    """Whether a block gives another value in place of one: `if sort not in COLUMNS: sort = "id"`."""
    assigned = (node for node in body if isinstance(node, n.Assign) and not node.op)
    return any(target.text == text for node in assigned for target in node.targets)


def vouches(test: n.Expr, text: str, use: n.Node, function: Function, *, holds: bool) -> bool:
    """Whether a condition, where it holds or does not, says which values are good."""
    return any(
        (looks_for_parts(node, text, function) and not may_be_absolute(node, use, function))
        or is_membership(node, text, function, holds=holds is not is_denied(node, test))
        or is_check_call(node, text, function)
        for node in test.walk()
    )


def is_denied(node: n.Node, test: n.Expr) -> bool:
    """Whether a part of a condition stands behind an odd number of `not`."""
    inside = (node, *(p for p in node.parents if test.start <= p.start and p.end <= test.end))
    return sum(isinstance(part, n.UnaryOp) and part.op == "not" for part in inside) % 2 == 1


def excludes_text(test: n.Expr, text: str) -> bool:
    """`isinstance(x, Path)`: what the client sends is a text, and never that."""
    match test:
        case n.Call(func=n.Name(id="isinstance"), args=(value, n.Name() | n.Attribute() as kind)):
            return value.text == text and kind.text.rpartition(".")[2] not in SENT
        case n.BoolOp(left=left, op="and", right=right):
            return excludes_text(left, text) or excludes_text(right, text)
        case _:
            return False


def is_membership(node: n.Node, text: str, function: Function, *, holds: bool) -> bool:
    """`x in ALLOWED` or `x == known` that holds, `x not in ALLOWED` that does not.
    That a value is none of those that exist, or not one that is special, says nothing about it.
    """
    match node:
        case n.Compare(operands=(left, right), ops=("in" | "not in" as op,)):
            is_below = right.text.endswith(".parents") and mentions(right, text, function)
            return (plain(left) == text or is_below) and holds is (op == "in")
        case n.Compare(operands=(left, right), ops=("==" | "!=" as op,)):
            other = right if plain(left) == text else left if plain(right) == text else None
            is_known = other is not None and not (isinstance(other, n.Constant) and not other.value)
            return is_known and holds is (op == "==")
        case _:
            return False


def looks_for_parts(node: n.Node, text: str, function: Function) -> bool:
    """`".." in x`."""
    match node:
        case n.Compare(operands=(n.Constant(value=part), right), ops=("in" | "not in",)):
            return part in HARMFUL_PARTS and mentions(right, text, function)
        case _:
            return False


def may_be_absolute(node: n.Node, use: n.Node, function: Function) -> bool:
    """Whether only `..` is looked for, in what is joined whole: `folder / "/etc/passwd"` is outside."""
    match use.parent:
        case n.BinOp(op="/", right=right):
            is_whole = right is use
        case n.Call() as call:
            is_whole = function.call(call).name in COMPOSERS
        case _:
            is_whole = False
    return is_whole and '".."' in node.text.replace("'", '"') and ROOT.search(function.node.text) is None


def plain(expr: n.Expr) -> str:
    """The text of a value without `.lower()` and the like."""
    match expr:
        case n.Call(func=n.Attribute(value=value, attr="lower" | "upper" | "strip"), args=()):
            return plain(value)
        case _:
            return expr.text


def is_check_call(node: n.Node, text: str, function: Function) -> bool:
    """A call that looks at the value: a known check, or a function that says yes or no."""
    if isinstance(node, n.Await):
        node = node.value
    if not isinstance(node, n.Call):
        return False
    call = function.call(node)
    if call.method in ("relative_to", "is_relative_to") or (
        call.method == "startswith" and (names_host(call.args) or not is_constant(call.args))
    ):
        return mentions(node, text, function) and not is_lexical(call, function)
    if call.method in PARSERS:
        return mentions(node, text, function) and looks_at_host(node, function) and not is_fooled(function)
    if call.method in CHECKS:
        return mentions(node, text, function)
    if call.name in OFFLOADERS and call.args and CHECKING.search(call.args[0].text):
        return any(mentions(arg, text, function) for arg in call.args[1:])
    if call.function is None or not any(
        mentions(a, text, function) for a in (*node.args, *(k.value for k in node.keywords))
    ):
        return False
    in_test = not isinstance(node.parent, (n.ExprStatement, n.Await, n.Assign))
    is_meant = in_test or CHECKING.search(call.function.name) is not None
    return (is_meant and not is_fooled(call.function)) or raises_for(call, text)


def raises_for(call: Call, text: str) -> bool:
    """Whether a function raises at once for values that are not good, whatever else it is for."""
    for asked in (call.parameter_for(arg) for arg in call.given if arg.text == text):
        body = asked.function.node.body if asked is not None else ()
        for test in (s.test for s in body if isinstance(s, n.If) and isinstance(s.body[-1:][0], n.Raise)):
            to_the_root = '".."' not in test.text.replace("'", '"') or ROOT.search(test.text) is not None
            if asked and to_the_root and vouches(test, asked.name, test, asked.function, holds=False):
                return True
    return False


def is_lexical(check: Call, function: Function) -> bool:
    """Whether `..` is still in the path that is compared: `folder / name` begins with `folder`."""
    path = check.receiver
    if isinstance(path, n.Call) and path.func.text == "str" and path.args:
        path = path.args[0]
    if isinstance(path, n.Name):
        bound = [b.node.value for b in function.bindings.get(path.id, ()) if isinstance(b.node, n.Assign)]
        path = bound[0] if len(bound) == 1 and function.parameter(path.id) is None else None
    joined = (isinstance(path, n.BinOp) and path.op == "/") or (
        isinstance(path, n.Call) and function.call(path).name in COMPOSERS
    )
    return joined and path is not None and RESOLVING.search(path.text) is None


def looks_at_host(parsed: n.Call, function: Function) -> bool:
    """Whether anything is asked of a parsed address but its scheme and whether it has a host at all."""
    match parsed.parent:
        case n.Assign(targets=(n.Name(id=name),)) if len(function.bindings.get(name, ())) == 1:
            uses = [x for x in function.node.walk() if isinstance(x, n.Name) and x.id == name]
            return any(not is_formal(use) for use in uses if use is not parsed.parent.targets[0])
        case _:
            return True


def is_fooled(function: Function) -> bool:
    """Whether a function takes what stands before the first colon for the host: `good.example:x@evil.example`
    begins with a user, and only `hostname` leaves him out.
    """
    text = function.node.text
    return FOOLED.search(text) is not None and not any(at in text for at in ('"@', "'@"))


def is_formal(use: n.Name) -> bool:
    """`parsed.scheme`, `not parsed.netloc`: whether it is an address, not which one."""
    part = use.parent
    if not isinstance(part, n.Attribute) or part.value is not use:
        return False
    return part.attr == "scheme" or isinstance(part.parent, (n.UnaryOp, n.BoolOp))


def is_constant(args: tuple[n.Expr, ...]) -> bool:
    """Whether arguments are literals: `url.startswith("http")` checks nothing."""
    return all(isinstance(part, (n.Constant, n.Sequence)) for part in args)


def names_host(args: tuple[n.Expr, ...]) -> bool:
    """`url.startswith("https://images.example/")`: whose address it is, to the slash that ends the host."""
    texts = [part.value for arg in args for part in arg.walk() if isinstance(part, n.Constant)]
    return bool(texts) and all(isinstance(text, str) and HOST.match(text) for text in texts)


def mentions(node: n.Node, text: str, function: Function) -> bool:
    """Whether a value is written somewhere in an expression, and not only for another of its fields."""
    return any(
        isinstance(part, (n.Name, n.Attribute)) and part.text == text and not is_field_of_body(part, function)
        for part in node.walk()
    )


def is_field_of_body(part: n.Node, function: Function) -> bool:
    """Whether a name stands there only for one of the fields of what it names: `check(job.owner)` does not
    look at `job.path`.
    """
    whole = part.parent
    if not isinstance(whole, n.Attribute) or (
        isinstance(whole.parent, n.Call) and whole.parent.func is whole
    ):
        return False
    kind = function.type_of(part) if isinstance(part, n.Expr) else None
    return kind is not None and function.project.schema_of(kind.cls) is not None
