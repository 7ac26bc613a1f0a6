"""From trees to the nodes of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.expression_reader import ExpressionReader
from plumbrule.facts.grammar import COMMENT, DEFINING, dotted, is_async, kids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node as Tree

    from plumbrule.facts.source import Source
    from plumbrule.facts.statement import Contents


class StatementReader(ExpressionReader):
    """Reads statements; `later` reads the body of a function when it is asked for."""

    def __init__(self, source: Source, later: Contents | None = None) -> None:
        super().__init__(source)
        self.later = later
        self.functions: list[n.FunctionDef] = []
        self.classes: list[n.ClassDef] = []

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

    def statement(self, made: n.Statement, *groups: Iterable[n.Node] | n.Node | None) -> tuple[n.Statement]:
        made.start, made.end = self.at[made.start], self.at[made.end]
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
        made = n.ExprStatement(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value)
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
        parameters = self.parameters(tree.child_by_field_name("parameters"))
        result = tree.child_by_field_name("return_type")
        returns = self.expr(result) if result else None
        made = n.FunctionDef(
            self.source,
            tree.start_byte,
            tree.end_byte,
            *self.named(tree),
            parameters,
            returns,
            decorators,
            is_async(tree),
            self.later,
        )
        self.functions.append(made)
        self.body(made, tree.child_by_field_name("body"))
        return self.statement(made, parameters, returns, decorators)

    def named(self, tree: Tree) -> tuple[str, int]:
        name = tree.child_by_field_name("name")
        return (self.name(name), name.start_byte) if name else ("", tree.start_byte)

    def body(self, made: n.FunctionDef, tree: Tree | None) -> None:
        if tree and made.read and not DEFINING.search(self.text, tree.start_byte, tree.end_byte):
            return  # it can wait; one with definitions in it cannot
        outer, self.nodes = self.nodes, []
        made.read = None
        made.body = self.block(tree)
        made.nodes, self.nodes = tuple(self.nodes), outer
        for child in made.body:
            child.parent = made

    def class_(self, tree: Tree, decorators: tuple[n.Expr, ...] = ()) -> tuple[n.Statement, ...]:
        bases, keywords = self.arguments(tree.child_by_field_name("superclasses"))
        outer, self.nodes = self.nodes, []
        made = n.ClassDef(
            self.source,
            tree.start_byte,
            tree.end_byte,
            *self.named(tree),
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


STATEMENTS: dict[str, Callable[[StatementReader, Tree], tuple[n.Statement, ...]]] = {
    "assignment": StatementReader.assignment,
    "augmented_assignment": StatementReader.augmented,
    "return_statement": StatementReader.returns,
    "raise_statement": StatementReader.raises,
    "assert_statement": StatementReader.asserts,
    "delete_statement": StatementReader.deletes,
    "global_statement": StatementReader.scoped,
    "nonlocal_statement": StatementReader.scoped,
    "pass_statement": StatementReader.simple,
    "break_statement": StatementReader.simple,
    "continue_statement": StatementReader.simple,
    "import_statement": StatementReader.imports,
    "import_from_statement": StatementReader.import_from,
    "future_import_statement": StatementReader.import_from,
    "if_statement": StatementReader.if_,
    "for_statement": StatementReader.for_,
    "while_statement": StatementReader.while_,
    "with_statement": StatementReader.with_,
    "try_statement": StatementReader.try_,
    "match_statement": StatementReader.match_,
    "decorated_definition": StatementReader.decorated,
    "function_definition": StatementReader.function,
    "class_definition": StatementReader.class_,
    "type_alias_statement": StatementReader.type_alias,
    "block": StatementReader.block,
    "ERROR": StatementReader.broken,
}
