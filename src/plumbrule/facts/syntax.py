"""From bytes to nodes, with tree-sitter: the only place that knows the parser."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Any

import tree_sitter_python
from tree_sitter import Language, Parser

from plumbrule.facts import nodes as n
from plumbrule.facts.file import Comment, File
from plumbrule.facts.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node as Tree

DEEPEST = (
    180  # nesting beyond this is kept as one Unknown: no person wrote it, and Python's own stack is finite
)

LANGUAGE = Language(tree_sitter_python.language())
COMMENT = LANGUAGE.id_for_node_kind("comment", True)
CONTINUATION = LANGUAGE.id_for_node_kind("line_continuation", True)


SILENT = frozenset((COMMENT, CONTINUATION))


@cache
def _parser() -> Parser:
    return Parser(LANGUAGE)


def read(path: str, text: bytes) -> File:
    """The facts of one file. Never fails: what cannot be read is listed in `broken`."""
    source = Source(path, text)
    root = _parser().parse(text).root_node
    reader = _Reader(source)
    body = reader.block(root)
    broken = tuple(source.span(start, end) for start, end in _broken(root)) if root.has_error else ()
    comments = tuple(_comments(source, root)) if b"plumb:" in text else ()
    return File(
        source, body, tuple(reader.nodes), tuple(reader.functions), tuple(reader.classes), comments, broken
    )


def read_expression(constant: n.Constant) -> n.Expr | None:
    """What a string annotation says, with its place in the file; None if it is no expression."""
    if not isinstance(constant.value, str) or not constant.value.strip():
        return None
    text = constant.source.text[constant.start : constant.end]
    quote = 3 if text.lstrip(b"rRuUbB")[:3] in (b'"""', b"'''") else 1
    begin = constant.start + len(text) - len(text.lstrip(b"rRuUbB")) + quote
    padded = b" " * begin + b"(" + constant.source.text[begin : constant.end - quote] + b")"
    root = _parser().parse(padded[1:]).root_node
    if root.has_error:
        return None
    reader = _Reader(constant.source, shift=0)
    body = reader.block(root)
    match body:
        case (n.ExprStatement(value=value),):
            value.parent = constant.parent
            return value
        case _:
            return None


def _broken(root: Tree) -> Iterable[tuple[int, int]]:
    """The outermost errors of a tree."""
    stack = [root]
    while stack:
        at = stack.pop()
        if at.is_error or at.is_missing:
            yield at.start_byte, max(at.end_byte, at.start_byte + 1)
        elif at.has_error:
            stack.extend(reversed(at.children))


def _comments(source: Source, root: Tree) -> Iterable[Comment]:
    """The comments that speak to this tool."""
    stack = [root]
    while stack:
        at = stack.pop()
        if at.kind_id == COMMENT:
            text = source.slice(at.start_byte, at.end_byte)
            if "plumb:" in text:
                yield Comment(text, source.span(at.start_byte, at.end_byte))
        elif b"plumb:" in source.text[at.start_byte : at.end_byte]:
            stack.extend(reversed(at.children))


class _Reader:
    """Walks one tree. `nodes` collects those of the scope being read."""

    def __init__(self, source: Source, shift: int = 0) -> None:
        self.source = source
        self.text = source.text
        self.shift = shift
        self.nodes: list[n.Node] = []
        self.functions: list[n.FunctionDef] = []
        self.classes: list[n.ClassDef] = []
        self.depth = 0

    def name(self, tree: Tree) -> str:
        return name_of(self.text[tree.start_byte : tree.end_byte])

    # --- statements

    def block(self, tree: Tree | None) -> tuple[n.Statement, ...]:
        """The statements of a module or an indented block."""
        if tree is None:
            return ()
        out: list[n.Statement] = []
        for child in tree.named_children:
            if child.kind_id == COMMENT:
                continue
            read = STATEMENTS.get(child.type)
            out.extend(read(self, child) if read else self.expression_statement(child))
        return tuple(out)

    def adopt(self, made: n.Node, *groups: Iterable[n.Node] | n.Node | None) -> n.Node:
        for group in groups:
            if group is None:
                continue
            for child in (group,) if isinstance(group, n.Node) else group:
                child.parent = made
        self.nodes.append(made)
        return made

    def statement(self, made: n.Statement, *groups: Iterable[n.Node] | n.Node | None) -> tuple[n.Statement]:
        self.adopt(made, *groups)
        return (made,)

    def expression_statement(self, tree: Tree) -> tuple[n.Statement, ...]:
        if tree.type == "expression_statement":
            inner = kids(tree)
            if len(inner) == 1:
                first = inner[0]
                read = STATEMENTS.get(first.type)
                if read:
                    return read(self, first)
                value = self.expr(first)
            else:
                value = self.sequence(tree, "tuple")
        else:
            value = self.expr(tree)
        made = n.ExprStatement(self.source, tree.start_byte, tree.end_byte, value)
        value.parent = made
        self.nodes.append(made)
        return (made,)

    def assignment(self, tree: Tree) -> tuple[n.Statement, ...]:
        targets: list[n.Expr] = []
        at = tree
        annotation = None
        value = None
        while True:
            left, right = at.child_by_field_name("left"), at.child_by_field_name("right")
            kind = at.child_by_field_name("type")
            if left is not None:
                targets.append(self.expr(left))
            if kind is not None:
                annotation = self.expr(kind)
            if right is None or right.type != "assignment":
                break
            at = right
        if right is not None:
            value = self.expr(right)
        made = n.Assign(self.source, tree.start_byte, tree.end_byte, tuple(targets), annotation, value, None)
        return self.statement(made, targets, annotation, value)

    def augmented(self, tree: Tree) -> tuple[n.Statement, ...]:
        left, op, right = (tree.child_by_field_name(f) for f in ("left", "operator", "right"))
        target = self.expr(left) if left else self.unknown(tree)
        value = self.expr(right) if right else None
        symbol = op.type[:-1] if op else ""
        made = n.Assign(self.source, tree.start_byte, tree.end_byte, (target,), None, value, symbol)
        return self.statement(made, target, value)

    def returns(self, tree: Tree) -> tuple[n.Statement, ...]:
        inner = kids(tree)
        value = self.expr(inner[0]) if inner else None
        return self.statement(n.Return(self.source, tree.start_byte, tree.end_byte, value), value)

    def raises(self, tree: Tree) -> tuple[n.Statement, ...]:
        cause_tree = tree.child_by_field_name("cause")
        cause = self.expr(cause_tree) if cause_tree else None
        first = next(
            (k for k in kids(tree) if cause_tree is None or k.start_byte != cause_tree.start_byte), None
        )
        exception = self.expr(first) if first else None
        return self.statement(
            n.Raise(self.source, tree.start_byte, tree.end_byte, exception, cause), exception, cause
        )

    def asserts(self, tree: Tree) -> tuple[n.Statement, ...]:
        inner = [self.expr(k) for k in kids(tree)]
        test = inner[0] if inner else self.unknown(tree)
        message = inner[1] if len(inner) > 1 else None
        return self.statement(
            n.Assert(self.source, tree.start_byte, tree.end_byte, test, message), test, message
        )

    def deletes(self, tree: Tree) -> tuple[n.Statement, ...]:
        targets = tuple(self.expr(k) for k in kids(tree))
        return self.statement(n.Delete(self.source, tree.start_byte, tree.end_byte, targets), targets)

    def scoped(self, tree: Tree) -> tuple[n.Statement, ...]:
        names = tuple(self.name(k) for k in kids(tree))
        kind = tree.type.partition("_")[0]
        return self.statement(n.Scoped(self.source, tree.start_byte, tree.end_byte, kind, names))

    def simple(self, tree: Tree) -> tuple[n.Statement, ...]:
        kind = tree.type.partition("_")[0]
        return self.statement(n.Simple(self.source, tree.start_byte, tree.end_byte, kind))

    def imports(self, tree: Tree) -> tuple[n.Statement, ...]:
        names = tuple(self.alias(k) for k in kids(tree))
        return self.statement(n.Import(self.source, tree.start_byte, tree.end_byte, names), names)

    def alias(self, tree: Tree) -> n.Alias:
        if tree.type == "aliased_import":
            name, asname = tree.child_by_field_name("name"), tree.child_by_field_name("alias")
            made = n.Alias(
                self.source,
                tree.start_byte,
                tree.end_byte,
                dotted(self.name(name)) if name else "",
                self.name(asname) if asname else None,
            )
        else:
            text = "*" if tree.type == "wildcard_import" else dotted(self.name(tree))
            made = n.Alias(self.source, tree.start_byte, tree.end_byte, text, None)
        self.nodes.append(made)
        return made

    def import_from(self, tree: Tree) -> tuple[n.Statement, ...]:
        inner = kids(tree)
        module, level = "", 0
        if tree.type == "future_import_statement":
            module, rest = "__future__", inner
        else:
            origin = tree.child_by_field_name("module_name") or inner[0]
            text = self.name(origin).replace(" ", "")
            module = dotted(text.lstrip("."))
            level = len(text) - len(text.lstrip("."))
            rest = inner[1:]
        names = tuple(self.alias(k) for k in rest)
        made = n.ImportFrom(self.source, tree.start_byte, tree.end_byte, module, level, names)
        return self.statement(made, names)

    def if_(self, tree: Tree) -> tuple[n.Statement, ...]:
        tests = tree.child_by_field_name("condition")
        test = self.expr(tests) if tests else self.unknown(tree)
        body = self.block(tree.child_by_field_name("consequence"))
        rest = tree.children_by_field_name("alternative")
        orelse = self.alternatives(rest)
        made = n.If(self.source, tree.start_byte, tree.end_byte, test, body, orelse)
        return self.statement(made, test, body, orelse)

    def alternatives(self, trees: list[Tree]) -> tuple[n.Statement, ...]:
        """`elif` and `else` clauses, folded from the last to the first so that a long chain needs no deep
        stack.
        """
        orelse: tuple[n.Statement, ...] = ()
        for tree in reversed(trees):
            if tree.type == "else_clause":
                orelse = self.block(tree.child_by_field_name("body"))
                continue
            tests = tree.child_by_field_name("condition")
            test = self.expr(tests) if tests else self.unknown(tree)
            body = self.block(tree.child_by_field_name("consequence"))
            made = n.If(self.source, tree.start_byte, tree.end_byte, test, body, orelse)
            orelse = self.statement(made, test, body, orelse)
        return orelse

    def for_(self, tree: Tree) -> tuple[n.Statement, ...]:
        left, right = tree.child_by_field_name("left"), tree.child_by_field_name("right")
        target = self.expr(left) if left else self.unknown(tree)
        iterable = self.expr(right) if right else self.unknown(tree)
        body = self.block(tree.child_by_field_name("body"))
        orelse = self.alternatives(tree.children_by_field_name("alternative"))
        made = n.For(
            self.source, tree.start_byte, tree.end_byte, target, iterable, body, orelse, is_async(tree)
        )
        return self.statement(made, target, iterable, body, orelse)

    def while_(self, tree: Tree) -> tuple[n.Statement, ...]:
        tests = tree.child_by_field_name("condition")
        test = self.expr(tests) if tests else self.unknown(tree)
        body = self.block(tree.child_by_field_name("body"))
        orelse = self.alternatives(tree.children_by_field_name("alternative"))
        made = n.While(self.source, tree.start_byte, tree.end_byte, test, body, orelse)
        return self.statement(made, test, body, orelse)

    def with_(self, tree: Tree) -> tuple[n.Statement, ...]:
        items: list[n.WithItem] = []
        for clause in kids(tree):
            if clause.type == "with_clause":
                items.extend(self.with_item(k) for k in kids(clause))
        body = self.block(tree.child_by_field_name("body"))
        made = n.With(self.source, tree.start_byte, tree.end_byte, tuple(items), body, is_async(tree))
        return self.statement(made, items, body)

    def with_item(self, tree: Tree) -> n.WithItem:
        inner = tree.child_by_field_name("value") or tree
        target = None
        if inner.type == "as_pattern":
            parts = kids(inner)
            value = self.expr(parts[0])
            if len(parts) > 1:
                target = self.expr((kids(parts[1]) or [parts[1]])[0])
        else:
            value = self.expr(inner)
        made = n.WithItem(self.source, tree.start_byte, tree.end_byte, value, target)
        self.adopt(made, value, target)
        return made

    def try_(self, tree: Tree) -> tuple[n.Statement, ...]:
        body = self.block(tree.child_by_field_name("body"))
        handlers: list[n.Handler] = []
        orelse: tuple[n.Statement, ...] = ()
        final: tuple[n.Statement, ...] = ()
        for clause in kids(tree):
            match clause.type:
                case "except_clause" | "except_group_clause":
                    handlers.append(self.handler(clause))
                case "else_clause":
                    orelse = self.block(clause.child_by_field_name("body"))
                case "finally_clause":
                    final = self.block(next((k for k in kids(clause) if k.type == "block"), None))
        made = n.Try(self.source, tree.start_byte, tree.end_byte, body, tuple(handlers), orelse, final)
        return self.statement(made, body, handlers, orelse, final)

    def handler(self, tree: Tree) -> n.Handler:
        exceptions: list[n.Expr] = []
        name = None
        body: tuple[n.Statement, ...] = ()
        for child in kids(tree):
            if child.type == "block":
                body = self.block(child)
            elif child.type == "as_pattern":
                parts = kids(child)
                exceptions.append(self.expr(parts[0]))
                name = self.name(parts[-1])
            elif child.type == "as_pattern_target" or (
                exceptions
                and child.type == "identifier"
                and name is None
                and b" as " in self.text[tree.start_byte : child.start_byte]
            ):
                name = self.name(child)
            else:
                exceptions.append(self.expr(child))
        exception: n.Expr | None = exceptions[0] if exceptions else None
        if len(exceptions) > 1:  # `except A, B:` of Python 3.14
            exception = n.Sequence(
                self.source, exceptions[0].start, exceptions[-1].end, "tuple", tuple(exceptions)
            )
            self.adopt(exception, exceptions)
        made = n.Handler(self.source, tree.start_byte, tree.end_byte, exception, name, body)
        self.adopt(made, exception, body)
        return made

    def match_(self, tree: Tree) -> tuple[n.Statement, ...]:
        subjects = tree.children_by_field_name("subject")
        subject = self.expr(subjects[0]) if subjects else self.unknown(tree)
        block = tree.child_by_field_name("body")
        cases = [self.case(k) for k in kids(block) if k.type == "case_clause"] if block else []
        made = n.Match(self.source, tree.start_byte, tree.end_byte, subject, tuple(cases))
        return self.statement(made, subject, cases)

    def case(self, tree: Tree) -> n.Case:
        patterns: list[n.Node] = []
        guard = None
        for child in kids(tree):
            if child.type == "if_clause":
                guard = self.expr(kids(child)[0])
            elif child.type != "block":
                patterns.append(self.unknown(child))
        body = self.block(tree.child_by_field_name("consequence"))
        made = n.Case(self.source, tree.start_byte, tree.end_byte, tuple(patterns), guard, body)
        self.adopt(made, patterns, guard, body)
        return made

    def decorated(self, tree: Tree) -> tuple[n.Statement, ...]:
        decorators = [self.expr(kids(k)[0]) for k in kids(tree) if k.type == "decorator" and kids(k)]
        inner = tree.child_by_field_name("definition")
        if inner is None:
            return self.broken(tree)
        if inner.type == "class_definition":
            return self.class_(inner, tuple(decorators))
        return self.function(inner, tuple(decorators))

    def function(self, tree: Tree, decorators: tuple[n.Expr, ...] = ()) -> tuple[n.Statement, ...]:
        name = tree.child_by_field_name("name")
        parameters = self.parameters(tree.child_by_field_name("parameters"))
        result = tree.child_by_field_name("return_type")
        returns = self.expr(result) if result else None
        outer, self.nodes = self.nodes, []
        made = n.FunctionDef(
            self.source,
            tree.start_byte,
            tree.end_byte,
            self.name(name) if name else "",
            name.start_byte if name else tree.start_byte,
            parameters,
            returns,
            decorators,
            (),
            is_async(tree),
            (),
        )
        self.functions.append(made)
        body = self.block(tree.child_by_field_name("body"))
        made.body, made.nodes, self.nodes = body, tuple(self.nodes), outer
        return self.statement(made, parameters, returns, decorators, body)

    def class_(self, tree: Tree, decorators: tuple[n.Expr, ...] = ()) -> tuple[n.Statement, ...]:
        name = tree.child_by_field_name("name")
        bases, keywords = self.arguments(tree.child_by_field_name("superclasses"))
        outer, self.nodes = self.nodes, []
        made = n.ClassDef(
            self.source,
            tree.start_byte,
            tree.end_byte,
            self.name(name) if name else "",
            name.start_byte if name else tree.start_byte,
            bases,
            keywords,
            decorators,
            (),
            (),
        )
        self.classes.append(made)
        body = self.block(tree.child_by_field_name("body"))
        made.body, made.nodes, self.nodes = body, tuple(self.nodes), outer
        return self.statement(made, bases, keywords, decorators, body)

    def type_alias(self, tree: Tree) -> tuple[n.Statement, ...]:
        inner = kids(tree)
        if len(inner) < 2:
            return self.broken(tree)
        value = self.expr(inner[-1])
        name = self.name(inner[0]).partition("[")[0].strip()
        return self.statement(n.TypeAlias(self.source, tree.start_byte, tree.end_byte, name, value), value)

    def broken(self, tree: Tree) -> tuple[n.Statement, ...]:
        """An error: the statements inside it still count, for they are most of a half-written file."""
        return self.block(tree)

    # --- expressions

    def expr(self, tree: Tree) -> n.Expr:
        """One expression."""
        kind = tree.type
        if kind == "identifier":
            return self.identifier(tree)
        read = EXPRESSIONS.get(kind)
        if read is None:
            return self.unknown(tree)
        if self.depth > DEEPEST:
            return self.too_deep(tree)
        self.depth += 1
        made = read(self, tree)
        self.depth -= 1
        return made

    def exprs(self, trees: Iterable[Tree]) -> tuple[n.Expr, ...]:
        return tuple([self.expr(k) for k in trees])

    def too_deep(self, tree: Tree) -> n.Expr:
        made = n.Unknown(self.source, tree.start_byte, tree.end_byte, ())
        self.nodes.append(made)
        return made

    def unknown(self, tree: Tree) -> n.Expr:
        if self.depth > DEEPEST:
            return self.too_deep(tree)
        self.depth += 1
        parts = [self.expr(k) for k in kids(tree) if k.type not in STATEMENTS and k.type != "block"]
        self.depth -= 1
        made = n.Unknown(self.source, tree.start_byte, tree.end_byte, tuple(parts))
        self.adopt(made, parts)
        return made

    def identifier(self, tree: Tree) -> n.Expr:
        start, end = tree.start_byte, tree.end_byte
        made = n.Name(self.source, start, end, name_of(self.text[start:end]))
        self.nodes.append(made)
        return made

    def attribute(self, tree: Tree) -> n.Expr:
        inner = tree.named_children
        if len(inner) != 2:
            inner = kids(tree)
            if len(inner) < 2:
                return self.unknown(tree)
        value = self.expr(inner[0])
        made = n.Attribute(self.source, tree.start_byte, tree.end_byte, value, self.name(inner[-1]))
        value.parent = made
        self.nodes.append(made)
        return made

    def call(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if len(inner) < 2:
            return self.unknown(tree)
        func = self.expr(inner[0])
        if inner[1].type == "argument_list":
            args, keywords = self.arguments(inner[1])
        else:
            args, keywords = (self.expr(inner[1]),), ()
        made = n.Call(self.source, tree.start_byte, tree.end_byte, func, args, keywords)
        func.parent = made
        for child in args:
            child.parent = made
        for keyword in keywords:
            keyword.parent = made
        self.nodes.append(made)
        return made

    def arguments(self, tree: Tree | None) -> tuple[tuple[n.Expr, ...], tuple[n.Keyword, ...]]:
        if tree is None:
            return (), ()
        args: list[n.Expr] = []
        keywords: list[n.Keyword] = []
        for child in kids(tree):
            kind = child.type
            if kind == "keyword_argument":
                inner = kids(child)
                value = self.expr(inner[-1])
                made = n.Keyword(self.source, child.start_byte, child.end_byte, self.name(inner[0]), value)
            elif kind == "dictionary_splat":
                value = self.expr(kids(child)[0])
                made = n.Keyword(self.source, child.start_byte, child.end_byte, None, value)
            else:
                args.append(self.expr(child))
                continue
            value.parent = made
            self.nodes.append(made)
            keywords.append(made)
        return tuple(args), tuple(keywords)

    def string(self, tree: Tree) -> n.Expr:
        start, end = tree.start_byte, tree.end_byte
        raw = self.text[start:end]
        prefix = raw[: raw.find(raw[-1:])].lower()
        if b"f" in prefix or b"t" in prefix:
            return self.fstring(tree)
        made = n.Constant(self.source, start, end, string_value(raw))
        self.nodes.append(made)
        return made

    def fstring(self, tree: Tree) -> n.Expr:
        parts: list[n.Expr] = []
        for child in tree.named_children:
            if child.type == "string_content":
                text = self.source.slice(child.start_byte, child.end_byte)
                text = text.replace("{{", "{").replace("}}", "}")
                made: n.Expr = n.Constant(self.source, child.start_byte, child.end_byte, text)
                self.nodes.append(made)
                parts.append(made)
            elif child.type == "interpolation":
                inner = kids(child)
                if inner:
                    parts.append(self.expr(inner[0]))
        whole = n.FString(self.source, tree.start_byte, tree.end_byte, tuple(parts))
        self.adopt(whole, parts)
        return whole

    def concatenated(self, tree: Tree) -> n.Expr:
        parts = self.exprs(kids(tree))
        if all(isinstance(p, n.Constant) for p in parts):
            values = [p.value for p in parts if isinstance(p, n.Constant)]
            joined: Any = (b"" if isinstance(values[0], bytes) else "").join(values)  # type: ignore[arg-type]
            made: n.Expr = n.Constant(self.source, tree.start_byte, tree.end_byte, joined)
            self.nodes.append(made)
            return made
        flat = [q for p in parts for q in (p.parts if isinstance(p, n.FString) else (p,))]
        made = n.FString(self.source, tree.start_byte, tree.end_byte, tuple(flat))
        self.adopt(made, flat)
        return made

    def number(self, tree: Tree) -> n.Expr:
        text = self.name(tree)
        value: object
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            value = text
        made = n.Constant(self.source, tree.start_byte, tree.end_byte, value)
        self.nodes.append(made)
        return made

    def word(self, tree: Tree) -> n.Expr:
        made = n.Constant(self.source, tree.start_byte, tree.end_byte, WORDS[tree.type])
        self.nodes.append(made)
        return made

    def sequence(self, tree: Tree, kind: str) -> n.Expr:
        items = self.exprs(kids(tree))
        made = n.Sequence(self.source, tree.start_byte, tree.end_byte, kind, items)
        for child in items:
            child.parent = made
        self.nodes.append(made)
        return made

    def list_(self, tree: Tree) -> n.Expr:
        return self.sequence(tree, "list")

    def tuple_(self, tree: Tree) -> n.Expr:
        return self.sequence(tree, "tuple")

    def set_(self, tree: Tree) -> n.Expr:
        return self.sequence(tree, "set")

    def dict_(self, tree: Tree) -> n.Expr:
        keys: list[n.Expr | None] = []
        values: list[n.Expr] = []
        for child in kids(tree):
            inner = kids(child)
            if child.type == "pair" and len(inner) == 2:
                keys.append(self.expr(inner[0]))
                values.append(self.expr(inner[1]))
            elif child.type == "dictionary_splat" and inner:
                keys.append(None)
                values.append(self.expr(inner[0]))
        made = n.Dict(self.source, tree.start_byte, tree.end_byte, tuple(keys), tuple(values))
        self.adopt(made, [k for k in keys if k is not None], values)
        return made

    def subscript(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        value = self.expr(inner[0])
        items = self.exprs(inner[1:])
        if (
            len(items) == 1
            and isinstance(items[0], n.Sequence)
            and items[0].kind == "tuple"
            and (inner[1].type == "expression_list")
        ):
            items = items[0].items
        made = n.Subscript(self.source, tree.start_byte, tree.end_byte, value, items)
        self.adopt(made, value, items)
        return made

    def generic_type(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        value = self.expr(inner[0])
        items = self.exprs(kids(inner[1])) if len(inner) > 1 else ()
        made = n.Subscript(self.source, tree.start_byte, tree.end_byte, value, items)
        self.adopt(made, value, items)
        return made

    def union_type(self, tree: Tree) -> n.Expr:
        left, right = self.exprs(kids(tree))
        made = n.BinOp(self.source, tree.start_byte, tree.end_byte, left, "|", right)
        self.adopt(made, left, right)
        return made

    def slice_(self, tree: Tree) -> n.Expr:
        parts = self.exprs(kids(tree))
        made = n.Slice(self.source, tree.start_byte, tree.end_byte, parts)
        self.adopt(made, parts)
        return made

    def binary(self, tree: Tree) -> n.Expr:
        """Operators of one precedence nest to the left, so a long sum is read in a loop."""
        chain = [tree]
        while True:
            left = chain[-1].child_by_field_name("left")
            if (
                left is None
                or left.type not in ("binary_operator", "boolean_operator")
                or left.type != tree.type
            ):
                break
            chain.append(left)
        if left is None:
            return self.unknown(tree)
        made = self.expr(left)
        for at in reversed(chain):
            op, side = at.child_by_field_name("operator"), at.child_by_field_name("right")
            right = self.expr(side) if side else self.too_deep(at)
            cls = n.BinOp if at.type == "binary_operator" else n.BoolOp
            whole: n.Expr = cls(self.source, at.start_byte, at.end_byte, made, op.type if op else "", right)
            self.adopt(whole, made, right)
            made = whole
        return made

    def unary(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        operand = self.expr(inner[-1])
        op = "not" if tree.type == "not_operator" else tree.children[0].type
        made = n.UnaryOp(self.source, tree.start_byte, tree.end_byte, op, operand)
        return self.wrap(made, operand)

    def wrap(self, made: n.Expr, inner: n.Node) -> n.Expr:
        inner.parent = made
        self.nodes.append(made)
        return made

    def compare(self, tree: Tree) -> n.Expr:
        operands = self.exprs(kids(tree))
        ops = tuple(op.type for op in tree.children_by_field_name("operators"))
        made = n.Compare(self.source, tree.start_byte, tree.end_byte, operands, ops)
        self.adopt(made, operands)
        return made

    def conditional(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if len(inner) != 3:
            return self.unknown(tree)
        body, test, orelse = self.exprs(inner)
        made = n.Conditional(self.source, tree.start_byte, tree.end_byte, body, test, orelse)
        self.adopt(made, body, test, orelse)
        return made

    def await_(self, tree: Tree) -> n.Expr:
        value = self.expr(kids(tree)[0])
        return self.wrap(n.Await(self.source, tree.start_byte, tree.end_byte, value), value)

    def yield_(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        value = self.expr(inner[0]) if inner else None
        is_from = any(child.type == "from" for child in tree.children[1:2])
        made = n.Yield(self.source, tree.start_byte, tree.end_byte, value, is_from)
        self.adopt(made, value)
        return made

    def walrus(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        target, value = self.expr(inner[0]), self.expr(inner[-1])
        made = n.Walrus(self.source, tree.start_byte, tree.end_byte, target, value)
        self.adopt(made, target, value)
        return made

    def starred(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        value = self.expr(inner[0])
        return self.wrap(n.Starred(self.source, tree.start_byte, tree.end_byte, value), value)

    def inner(self, tree: Tree) -> n.Expr:
        """What stands in parentheses, or in a wrapper that says nothing."""
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        return self.expr(inner[0])

    def comprehension(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        key = None
        if inner[0].type == "pair":
            pair = kids(inner[0])
            key, element = self.expr(pair[0]), self.expr(pair[-1])
        else:
            element = self.expr(inner[0])
        clauses: list[n.Clause] = []
        for child in inner[1:]:
            if child.type == "for_in_clause":
                clauses.append(self.clause(child))
            elif child.type == "if_clause" and clauses:
                test = self.expr(kids(child)[0])
                test.parent = clauses[-1]
                clauses[-1].conditions += (test,)
        kind = (
            "generator"
            if tree.type == "generator_expression"
            else tree.type.partition("_")[0].replace("dictionary", "dict")
        )
        made = n.Comprehension(
            self.source, tree.start_byte, tree.end_byte, kind, key, element, tuple(clauses)
        )
        self.adopt(made, key, element, clauses)
        return made

    def clause(self, tree: Tree) -> n.Clause:
        left, right = tree.child_by_field_name("left"), tree.child_by_field_name("right")
        target = self.expr(left) if left else self.unknown(tree)
        iterable = self.expr(right) if right else self.unknown(tree)
        made = n.Clause(self.source, tree.start_byte, tree.end_byte, target, iterable, (), is_async(tree))
        self.adopt(made, target, iterable)
        return made

    def lambda_(self, tree: Tree) -> n.Expr:
        parameters = self.parameters(tree.child_by_field_name("parameters"))
        inner = tree.child_by_field_name("body")
        body = self.expr(inner) if inner else self.unknown(tree)
        made = n.Lambda(self.source, tree.start_byte, tree.end_byte, parameters, body)
        self.adopt(made, parameters, body)
        return made

    # --- parameters

    def parameters(self, tree: Tree | None) -> tuple[n.Parameter, ...]:
        out: list[n.Parameter] = []
        kind = "positional"
        for child in kids(tree) if tree else ():
            match child.type:
                case "keyword_separator":
                    kind = "keyword_only"
                case "positional_separator":
                    for made in out:
                        made.kind = "positional_only"
                case _:
                    made = self.parameter(child, kind)
                    out.append(made)
                    if made.kind == "args":
                        kind = "keyword_only"
        return tuple(out)

    def parameter(self, tree: Tree, kind: str) -> n.Parameter:
        annotation_tree, default_tree = tree.child_by_field_name("type"), tree.child_by_field_name("value")
        name_tree = tree.child_by_field_name("name") or (
            kids(tree)[0] if tree.type == "typed_parameter" else tree
        )
        if name_tree.type == "list_splat_pattern":
            kind = "args"
        elif name_tree.type == "dictionary_splat_pattern":
            kind = "kwargs"
        annotation = self.expr(annotation_tree) if annotation_tree else None
        default = self.expr(default_tree) if default_tree else None
        name = self.name(name_tree).lstrip("*")
        made = n.Parameter(self.source, tree.start_byte, tree.end_byte, name, kind, annotation, default)
        self.adopt(made, annotation, default)
        return made


def kids(tree: Tree) -> list[Tree]:
    """The children that mean something."""
    return [k for k in tree.named_children if k.kind_id not in SILENT]


@cache
def name_of(raw: bytes) -> str:
    """The text of a name, one object for all its uses."""
    return raw.decode("utf-8", "replace")


def dotted(text: str) -> str:
    return "".join(text.split())


def is_async(tree: Tree) -> bool:
    return bool(tree.child_count) and tree.children[0].type == "async"


def string_value(raw: bytes) -> str | bytes:
    """What a string literal without placeholders stands for."""
    if 92 not in raw and raw[:1] in b"\"'":
        quote = 3 if raw[:3] in (b'"""', b"'''") and len(raw) >= 6 else 1
        return raw[quote:-quote].decode("utf-8", "replace")
    try:
        value = ast.literal_eval(raw.decode("utf-8", "replace"))
    except (ValueError, SyntaxError):
        return raw.decode("utf-8", "replace").strip("rRbBuU\"'")
    return value if isinstance(value, (str, bytes)) else ""


WORDS = {"true": True, "false": False, "none": None, "ellipsis": ...}

STATEMENTS: dict[str, Callable[[_Reader, Tree], tuple[n.Statement, ...]]] = {
    "assignment": _Reader.assignment,
    "augmented_assignment": _Reader.augmented,
    "return_statement": _Reader.returns,
    "raise_statement": _Reader.raises,
    "assert_statement": _Reader.asserts,
    "delete_statement": _Reader.deletes,
    "global_statement": _Reader.scoped,
    "nonlocal_statement": _Reader.scoped,
    "pass_statement": _Reader.simple,
    "break_statement": _Reader.simple,
    "continue_statement": _Reader.simple,
    "import_statement": _Reader.imports,
    "import_from_statement": _Reader.import_from,
    "future_import_statement": _Reader.import_from,
    "if_statement": _Reader.if_,
    "for_statement": _Reader.for_,
    "while_statement": _Reader.while_,
    "with_statement": _Reader.with_,
    "try_statement": _Reader.try_,
    "match_statement": _Reader.match_,
    "decorated_definition": _Reader.decorated,
    "function_definition": _Reader.function,
    "class_definition": _Reader.class_,
    "type_alias_statement": _Reader.type_alias,
    "block": _Reader.block,
    "ERROR": _Reader.broken,
}

EXPRESSIONS: dict[str, Callable[[_Reader, Tree], n.Expr]] = {
    "identifier": _Reader.identifier,
    "keyword_identifier": _Reader.identifier,
    "attribute": _Reader.attribute,
    "member_type": _Reader.attribute,
    "call": _Reader.call,
    "string": _Reader.string,
    "concatenated_string": _Reader.concatenated,
    "integer": _Reader.number,
    "float": _Reader.number,
    "true": _Reader.word,
    "false": _Reader.word,
    "none": _Reader.word,
    "ellipsis": _Reader.word,
    "list": _Reader.list_,
    "list_pattern": _Reader.list_,
    "tuple": _Reader.tuple_,
    "tuple_pattern": _Reader.tuple_,
    "expression_list": _Reader.tuple_,
    "pattern_list": _Reader.tuple_,
    "set": _Reader.set_,
    "dictionary": _Reader.dict_,
    "subscript": _Reader.subscript,
    "generic_type": _Reader.generic_type,
    "union_type": _Reader.union_type,
    "slice": _Reader.slice_,
    "binary_operator": _Reader.binary,
    "boolean_operator": _Reader.binary,
    "unary_operator": _Reader.unary,
    "not_operator": _Reader.unary,
    "comparison_operator": _Reader.compare,
    "conditional_expression": _Reader.conditional,
    "await": _Reader.await_,
    "yield": _Reader.yield_,
    "named_expression": _Reader.walrus,
    "list_splat": _Reader.starred,
    "list_splat_pattern": _Reader.starred,
    "splat_type": _Reader.starred,
    "parenthesized_expression": _Reader.inner,
    "parenthesized_list_splat": _Reader.inner,
    "type": _Reader.inner,
    "as_pattern_target": _Reader.inner,
    "list_comprehension": _Reader.comprehension,
    "set_comprehension": _Reader.comprehension,
    "dictionary_comprehension": _Reader.comprehension,
    "generator_expression": _Reader.comprehension,
    "lambda": _Reader.lambda_,
}
