"""From trees to the nodes of expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import DEEPEST, LANGUAGE, is_async, kids, name_of
from plumbrule.facts.literal_reader import LiteralReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node as Tree


class ExpressionReader(LiteralReader):
    """Reads expressions."""

    def expr(self, tree: Tree) -> n.Expr:
        """One expression."""
        read = READERS.get(tree.kind_id)
        if read is ExpressionReader.identifier:
            return self.identifier(tree)
        if read is None:
            return self.unknown(tree)
        if self.depth > DEEPEST:
            return self.too_deep(tree)
        self.depth += 1
        made = read(self, tree)
        self.depth -= 1
        return made

    def identifier(self, tree: Tree) -> n.Expr:
        start, end = self.at[tree.start_byte], self.at[tree.end_byte]
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
        made = n.Attribute(
            self.source, self.at[tree.start_byte], self.at[tree.end_byte], value, self.name(inner[-1])
        )
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
        made = n.Call(self.source, self.at[tree.start_byte], self.at[tree.end_byte], func, args, keywords)
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
                made = n.Keyword(
                    self.source,
                    self.at[child.start_byte],
                    self.at[child.end_byte],
                    self.name(inner[0]),
                    value,
                )
            elif kind == "dictionary_splat":
                value = self.expr(kids(child)[0])
                made = n.Keyword(self.source, self.at[child.start_byte], self.at[child.end_byte], None, value)
            else:
                args.append(self.expr(child))
                continue
            value.parent = made
            self.nodes.append(made)
            keywords.append(made)
        return tuple(args), tuple(keywords)

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
        made = n.Subscript(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value, items)
        self.adopt(made, value, items)
        return made

    def generic_type(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        value = self.expr(inner[0])
        items = self.exprs(kids(inner[1])) if len(inner) > 1 else ()
        made = n.Subscript(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value, items)
        self.adopt(made, value, items)
        return made

    def union_type(self, tree: Tree) -> n.Expr:
        left, right = self.exprs(kids(tree))
        made = n.BinOp(self.source, self.at[tree.start_byte], self.at[tree.end_byte], left, "|", right)
        self.adopt(made, left, right)
        return made

    def slice_(self, tree: Tree) -> n.Expr:
        parts = self.exprs(kids(tree))
        made = n.Slice(self.source, self.at[tree.start_byte], self.at[tree.end_byte], parts)
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

    def dotted_name(self, tree: Tree) -> n.Expr:
        """`a.b` of a pattern, which the grammar does not call an attribute."""
        first, *rest = kids(tree)
        value = self.expr(first)
        for part in rest:
            made = n.Attribute(self.source, tree.start_byte, part.end_byte, value, self.name(part))
            value = self.wrap(made, value)
        return value

    def unary(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        operand = self.expr(inner[-1])
        op = "not" if tree.type == "not_operator" else tree.children[0].type
        made = n.UnaryOp(self.source, self.at[tree.start_byte], self.at[tree.end_byte], op, operand)
        return self.wrap(made, operand)

    def compare(self, tree: Tree) -> n.Expr:
        operands = self.exprs(kids(tree))
        ops = tuple(op.type for op in tree.children_by_field_name("operators"))
        made = n.Compare(self.source, self.at[tree.start_byte], self.at[tree.end_byte], operands, ops)
        self.adopt(made, operands)
        return made

    def conditional(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if len(inner) != 3:
            return self.unknown(tree)
        body, test, orelse = self.exprs(inner)
        made = n.Conditional(
            self.source, self.at[tree.start_byte], self.at[tree.end_byte], body, test, orelse
        )
        self.adopt(made, body, test, orelse)
        return made

    def await_(self, tree: Tree) -> n.Expr:
        value = self.expr(kids(tree)[0])
        return self.wrap(n.Await(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value), value)

    def yield_(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        value = self.expr(inner[0]) if inner else None
        is_from = any(child.type == "from" for child in tree.children[1:2])
        made = n.Yield(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value, is_from)
        self.adopt(made, value)
        return made

    def walrus(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        target, value = self.expr(inner[0]), self.expr(inner[-1])
        made = n.Walrus(self.source, self.at[tree.start_byte], self.at[tree.end_byte], target, value)
        self.adopt(made, target, value)
        return made

    def starred(self, tree: Tree) -> n.Expr:
        inner = kids(tree)
        if not inner:
            return self.unknown(tree)
        value = self.expr(inner[0])
        return self.wrap(
            n.Starred(self.source, self.at[tree.start_byte], self.at[tree.end_byte], value), value
        )

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
        made = n.Clause(
            self.source,
            self.at[tree.start_byte],
            self.at[tree.end_byte],
            target,
            iterable,
            (),
            is_async(tree),
        )
        self.adopt(made, target, iterable)
        return made

    def lambda_(self, tree: Tree) -> n.Expr:
        parameters = self.parameters(tree.child_by_field_name("parameters"))
        inner = tree.child_by_field_name("body")
        body = self.expr(inner) if inner else self.unknown(tree)
        made = n.Lambda(self.source, self.at[tree.start_byte], self.at[tree.end_byte], parameters, body)
        self.adopt(made, parameters, body)
        return made

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
        made = n.Parameter(
            self.source, self.at[tree.start_byte], self.at[tree.end_byte], name, kind, annotation, default
        )
        self.adopt(made, annotation, default)
        return made


EXPRESSIONS: dict[str, Callable[[ExpressionReader, Tree], n.Expr]] = {
    "identifier": ExpressionReader.identifier,
    "keyword_identifier": ExpressionReader.identifier,
    "attribute": ExpressionReader.attribute,
    "dotted_name": ExpressionReader.dotted_name,
    "member_type": ExpressionReader.attribute,
    "call": ExpressionReader.call,
    "string": ExpressionReader.string,
    "concatenated_string": ExpressionReader.concatenated,
    "integer": ExpressionReader.number,
    "float": ExpressionReader.number,
    "true": ExpressionReader.word,
    "false": ExpressionReader.word,
    "none": ExpressionReader.word,
    "ellipsis": ExpressionReader.word,
    "list": ExpressionReader.list_,
    "list_pattern": ExpressionReader.list_,
    "tuple": ExpressionReader.tuple_,
    "tuple_pattern": ExpressionReader.tuple_,
    "expression_list": ExpressionReader.tuple_,
    "pattern_list": ExpressionReader.tuple_,
    "set": ExpressionReader.set_,
    "dictionary": ExpressionReader.dict_,
    "subscript": ExpressionReader.subscript,
    "generic_type": ExpressionReader.generic_type,
    "union_type": ExpressionReader.union_type,
    "slice": ExpressionReader.slice_,
    "binary_operator": ExpressionReader.binary,
    "boolean_operator": ExpressionReader.binary,
    "unary_operator": ExpressionReader.unary,
    "not_operator": ExpressionReader.unary,
    "comparison_operator": ExpressionReader.compare,
    "conditional_expression": ExpressionReader.conditional,
    "await": ExpressionReader.await_,
    "yield": ExpressionReader.yield_,
    "named_expression": ExpressionReader.walrus,
    "list_splat": ExpressionReader.starred,
    "list_splat_pattern": ExpressionReader.starred,
    "splat_type": ExpressionReader.starred,
    "parenthesized_expression": ExpressionReader.inner,
    "parenthesized_list_splat": ExpressionReader.inner,
    "type": ExpressionReader.inner,
    "as_pattern_target": ExpressionReader.inner,
    "list_comprehension": ExpressionReader.comprehension,
    "set_comprehension": ExpressionReader.comprehension,
    "dictionary_comprehension": ExpressionReader.comprehension,
    "generator_expression": ExpressionReader.comprehension,
    "lambda": ExpressionReader.lambda_,
}
READERS = {
    kind: read
    for kind in range(LANGUAGE.node_kind_count)
    if (read := EXPRESSIONS.get(LANGUAGE.node_kind_for_id(kind) or ""))
}
"""the same by the parser's number of a kind, which is cheaper to ask for than its name"""
