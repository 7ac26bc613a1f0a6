"""From trees to the nodes of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.expression_reader import TYPE, type_
from plumbrule.facts.grammar import MEANINGFUL, dotted, is_async, kids, kind, kinds
from plumbrule.facts.literal_reader import sequence
from plumbrule.facts.reader import READERS, STATEMENTS, statement, unknown

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from plumbrule.facts.reader import Reader

BLOCK = kind("block")
BLOCKS = kinds("block", "ERROR")
ASSIGNMENT = kind("assignment")
ALIASED, WILDCARD = kind("aliased_import"), kind("wildcard_import")
FUTURE = kind("future_import_statement")
ELIF, ELSE, FINALLY = kind("elif_clause"), kind("else_clause"), kind("finally_clause")
EXCEPT = kind("except_clause")
WITH = kind("with_clause")
AS, TARGET = kind("as_pattern"), kind("as_pattern_target")
IDENTIFIER = kind("identifier")
CASE, IF = kind("case_clause"), kind("if_clause")


def block(reader: Reader, tree: Tree | None) -> tuple[n.Statement, ...]:
    """The statements of a module or an indented block.

    An error counts as a block: the statements inside it are most of a half-written file.
    """
    out: list[n.Statement] = []
    for child in tree.children if tree else ():
        number = child.kind_id
        if read := STATEMENTS.get(number):
            out.append(read(reader, child))
        elif number in BLOCKS:
            out += block(reader, child)
        elif number in MEANINGFUL:
            out.append(expression(reader, child, READERS[number](reader, child)))
    return tuple(out)


def part(reader: Reader, tree: Tree, name: str) -> n.Expr:
    """The expression in one place of a statement."""
    found = tree.child_by_field_name(name)
    return reader.expr(found) if found else unknown(reader, tree)


def expression(reader: Reader, tree: Tree, value: n.Expr) -> n.Statement:
    """An expression that stands alone."""
    at = reader.at
    made = n.ExprStatement(reader.source, at[tree.start_byte], at[tree.end_byte], value)
    value.parent = made
    reader.nodes.append(made)
    return made


@statement("expression_statement")
def bare(reader: Reader, tree: Tree) -> n.Statement:
    inner = tree.children
    if len(inner) > 1:
        inner = kids(tree)
    if len(inner) > 1:
        return expression(reader, tree, sequence(reader, tree, "tuple"))
    first = inner[0]
    number = first.kind_id
    read = STATEMENTS.get(number)
    return read(reader, first) if read else expression(reader, tree, READERS[number](reader, first))


@statement("assignment")
def assignment(reader: Reader, tree: Tree) -> n.Statement:
    targets: list[n.Expr] = []
    annotation = None
    last, number = tree, ASSIGNMENT
    while number == ASSIGNMENT:
        inner = last.children
        targets.append(reader.expr(inner[0]))
        for last in inner:
            number = last.kind_id
            if number == TYPE:
                annotation = type_(reader, last)
    value = READERS[number](reader, last) if number != TYPE else None
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Assign(reader.source, at[start], at[end], tuple(targets), annotation, value, None)
    for target in targets:
        target.parent = made
    if annotation is not None:
        annotation.parent = made
    if value is not None:
        value.parent = made
    reader.nodes.append(made)
    return made


@statement("augmented_assignment")
def augmented(reader: Reader, tree: Tree) -> n.Statement:
    target = reader.expr(tree.children[0])
    value = reader.expr(tree.children[-1])
    operator = next(child.type for child in tree.children if not child.is_named)
    made = n.Assign(*reader.place(tree), (target,), None, value, operator[:-1])
    reader.adopt(made, target, value)
    return made


@statement("return_statement")
def return_(reader: Reader, tree: Tree) -> n.Statement:
    value = reader.first(tree) if len(tree.children) > 1 else None
    at = reader.at
    made = n.Return(reader.source, at[tree.start_byte], at[tree.end_byte], value)
    reader.adopt(made, value)
    return made


@statement("raise_statement")
def raise_(reader: Reader, tree: Tree) -> n.Statement:
    origin = tree.child_by_field_name("cause")
    cause = reader.expr(origin) if origin else None
    first = next((k for k in kids(tree) if k != origin), None)
    exception = reader.expr(first) if first else None
    made = n.Raise(*reader.place(tree), exception, cause)
    reader.adopt(made, exception, cause)
    return made


@statement("assert_statement")
def assert_(reader: Reader, tree: Tree) -> n.Statement:
    test, *rest = reader.exprs(tree.children)
    message = rest[0] if rest else None
    made = n.Assert(*reader.place(tree), test, message)
    reader.adopt(made, test, message)
    return made


@statement("delete_statement")
def delete(reader: Reader, tree: Tree) -> n.Statement:
    targets = reader.exprs(tree.children)
    made = n.Delete(*reader.place(tree), targets)
    reader.adopt(made, *targets)
    return made


@statement("global_statement", "nonlocal_statement")
def scoped(reader: Reader, tree: Tree) -> n.Statement:
    names = tuple(reader.name(k) for k in kids(tree))
    made = n.Scoped(*reader.place(tree), tree.children[0].type, names)
    reader.adopt(made)
    return made


@statement("pass_statement", "break_statement", "continue_statement")
def simple(reader: Reader, tree: Tree) -> n.Statement:
    made = n.Simple(*reader.place(tree), tree.type.partition("_")[0])
    reader.adopt(made)
    return made


@statement("import_statement")
def import_(reader: Reader, tree: Tree) -> n.Statement:
    names = tuple([alias(reader, k) for k in kids(tree)])
    made = n.Import(*reader.place(tree), names)
    reader.imports.append(made)
    reader.adopt(made, *names)
    return made


@statement("import_from_statement", "future_import_statement")
def import_from(reader: Reader, tree: Tree) -> n.Statement:
    inner = kids(tree)
    origin = "__future__"
    if tree.kind_id != FUTURE:
        first, *inner = inner
        origin = dotted(reader.name(tree.child_by_field_name("module_name") or first))
    module = origin.lstrip(".")
    names = tuple([alias(reader, k) for k in inner])
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.ImportFrom(reader.source, at[start], at[end], module, len(origin) - len(module), names)
    reader.imports.append(made)
    for name in names:
        name.parent = made
    reader.nodes.append(made)
    return made


def alias(reader: Reader, tree: Tree) -> n.Alias:
    """`name as asname`."""
    name, asname = tree, None
    if tree.kind_id == ALIASED:
        name, asname = tree.children[0], reader.name(tree.children[-1])
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Alias(reader.source, at[start], at[end], dotted(reader.name(name)), asname)
    reader.nodes.append(made)
    return made


@statement("if_statement")
def if_(reader: Reader, tree: Tree) -> n.Statement:
    test, body = guarded(reader, tree, "consequence")
    orelse = alternatives(reader, tree)
    made = n.If(*reader.place(tree), test, body, orelse)
    reader.adopt(made, test, *body, *orelse)
    return made


def guarded(reader: Reader, tree: Tree, name: str) -> tuple[n.Expr, tuple[n.Statement, ...]]:
    """A condition, and the block of that name that runs under it."""
    return part(reader, tree, "condition"), block(reader, tree.child_by_field_name(name))


def alternatives(reader: Reader, tree: Tree) -> tuple[n.Statement, ...]:
    """`elif` and `else` clauses, from the last to the first: a long chain needs no deep stack."""
    orelse: tuple[n.Statement, ...] = ()
    for clause in reversed(tree.children):
        number = clause.kind_id
        if number == ELSE:
            orelse = block(reader, clause.child_by_field_name("body"))
        elif number == ELIF:
            test, body = guarded(reader, clause, "consequence")
            made = n.If(*reader.place(clause), test, body, orelse)
            reader.adopt(made, test, *body, *orelse)
            orelse = (made,)
    return orelse


@statement("for_statement")
def for_(reader: Reader, tree: Tree) -> n.Statement:
    target, iterable = part(reader, tree, "left"), part(reader, tree, "right")
    body = block(reader, tree.child_by_field_name("body"))
    orelse = alternatives(reader, tree)
    made = n.For(*reader.place(tree), target, iterable, body, orelse, is_async(tree))
    reader.adopt(made, target, iterable, *body, *orelse)
    return made


@statement("while_statement")
def while_(reader: Reader, tree: Tree) -> n.Statement:
    test, body = guarded(reader, tree, "body")
    orelse = alternatives(reader, tree)
    made = n.While(*reader.place(tree), test, body, orelse)
    reader.adopt(made, test, *body, *orelse)
    return made


@statement("with_statement")
def with_(reader: Reader, tree: Tree) -> n.Statement:
    clauses = [child for child in tree.children if child.kind_id == WITH]
    items = tuple([with_item(reader, k) for clause in clauses for k in kids(clause)])
    body = block(reader, tree.child_by_field_name("body"))
    made = n.With(*reader.place(tree), items, body, is_async(tree))
    reader.adopt(made, *items, *body)
    return made


def with_item(reader: Reader, tree: Tree) -> n.WithItem:
    """`value as target`."""
    inner = tree.child_by_field_name("value") or tree
    target = None
    if inner.kind_id == AS:
        first, *rest = kids(inner)
        value = reader.expr(first)
        if rest:
            target = reader.expr((kids(rest[0]) or rest)[0])
    else:
        value = reader.expr(inner)
    made = n.WithItem(*reader.place(tree), value, target)
    reader.adopt(made, value, target)
    return made


@statement("try_statement")
def try_(reader: Reader, tree: Tree) -> n.Statement:
    body = block(reader, tree.child_by_field_name("body"))
    handlers: list[n.Handler] = []
    orelse: tuple[n.Statement, ...] = ()
    final: tuple[n.Statement, ...] = ()
    for clause in tree.children:
        number = clause.kind_id
        if number == EXCEPT:
            handlers.append(handler(reader, clause))
        elif number == ELSE:
            orelse = block(reader, clause.child_by_field_name("body"))
        elif number == FINALLY:
            final = block(reader, next((k for k in clause.children if k.kind_id == BLOCK), None))
    made = n.Try(*reader.place(tree), body, tuple(handlers), orelse, final)
    reader.adopt(made, *body, *handlers, *orelse, *final)
    return made


def handler(reader: Reader, tree: Tree) -> n.Handler:
    """`except exception as name`."""
    exceptions: list[n.Expr] = []
    name = None
    body: tuple[n.Statement, ...] = ()
    for child in kids(tree):
        number = child.kind_id
        if number == BLOCK:
            body = block(reader, child)
        elif number == AS:
            parts = kids(child)
            exceptions.append(reader.expr(parts[0]))
            name = reader.name(parts[-1])
        elif number == TARGET or (
            exceptions
            and number == IDENTIFIER
            and name is None
            and b" as " in reader.text[tree.start_byte : child.start_byte]
        ):
            name = reader.name(child)
        else:
            exceptions.append(reader.expr(child))
    exception: n.Expr | None = exceptions[0] if exceptions else None
    if len(exceptions) > 1:  # `except A, B:` of Python 3.14
        start, end = exceptions[0].start, exceptions[-1].end
        exception = n.Sequence(reader.source, start, end, "tuple", tuple(exceptions))
        reader.adopt(exception, *exceptions)
    made = n.Handler(*reader.place(tree), exception, name, body)
    reader.adopt(made, exception, *body)
    return made


@statement("match_statement")
def match_(reader: Reader, tree: Tree) -> n.Statement:
    subject = part(reader, tree, "subject")
    body = tree.child_by_field_name("body")
    cases = [case(reader, k) for k in body.children if k.kind_id == CASE] if body else []
    made = n.Match(*reader.place(tree), subject, tuple(cases))
    reader.adopt(made, subject, *cases)
    return made


def case(reader: Reader, tree: Tree) -> n.Case:
    """`case patterns if guard:`."""
    patterns: list[n.Expr] = []
    guard = None
    for child in kids(tree):
        if child.kind_id == IF:
            guard = reader.first(child)
        elif child.kind_id != BLOCK:
            patterns.append(unknown(reader, child))
    body = block(reader, tree.child_by_field_name("consequence"))
    made = n.Case(*reader.place(tree), tuple(patterns), guard, body)
    reader.adopt(made, *patterns, guard, *body)
    return made


@statement("type_alias_statement")
def type_alias(reader: Reader, tree: Tree) -> n.Statement:
    inner = kids(tree)
    value = reader.expr(inner[-1])
    name = reader.name(inner[0]).partition("[")[0].strip()
    made = n.TypeAlias(*reader.place(tree), name, value)
    reader.adopt(made, value)
    return made
