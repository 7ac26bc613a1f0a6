"""From trees to the nodes of literals: strings, numbers, words, and lists, sets and dicts written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import kids
from plumbrule.facts.literals import WORDS, number_value, string_value
from plumbrule.facts.tree_reader import TreeReader

if TYPE_CHECKING:
    from tree_sitter import Node as Tree


class LiteralReader(TreeReader):
    """Reads what is written out in the code, not computed."""

    def string(self, tree: Tree) -> n.Expr:
        start, end = self.at[tree.start_byte], self.at[tree.end_byte]
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
                made: n.Expr = n.Constant(
                    self.source, self.at[child.start_byte], self.at[child.end_byte], text
                )
                self.nodes.append(made)
                parts.append(made)
            elif child.type == "interpolation":
                inner = kids(child)
                if inner:
                    parts.append(self.expr(inner[0]))
        whole = n.FString(self.source, self.at[tree.start_byte], self.at[tree.end_byte], tuple(parts))
        self.adopt(whole, parts)
        return whole

    def concatenated(self, tree: Tree) -> n.Expr:
        parts = self.exprs(kids(tree))
        if all(isinstance(p, n.Constant) for p in parts):
            values = [p.value for p in parts if isinstance(p, n.Constant)]
            joined: Any = (b"" if isinstance(values[0], bytes) else "").join(values)  # type: ignore[arg-type]
            made: n.Expr = n.Constant(self.source, self.at[tree.start_byte], self.at[tree.end_byte], joined)
            self.nodes.append(made)
            return made
        flat = [q for p in parts for q in (p.parts if isinstance(p, n.FString) else (p,))]
        made = n.FString(self.source, self.at[tree.start_byte], self.at[tree.end_byte], tuple(flat))
        self.adopt(made, flat)
        return made

    def number(self, tree: Tree) -> n.Expr:
        made = n.Constant(
            self.source, self.at[tree.start_byte], self.at[tree.end_byte], number_value(self.name(tree))
        )
        self.nodes.append(made)
        return made

    def word(self, tree: Tree) -> n.Expr:
        made = n.Constant(self.source, self.at[tree.start_byte], self.at[tree.end_byte], WORDS[tree.type])
        self.nodes.append(made)
        return made

    def sequence(self, tree: Tree, kind: str) -> n.Expr:
        items = self.exprs(kids(tree))
        made = n.Sequence(self.source, self.at[tree.start_byte], self.at[tree.end_byte], kind, items)
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
        made = n.Dict(
            self.source, self.at[tree.start_byte], self.at[tree.end_byte], tuple(keys), tuple(values)
        )
        self.adopt(made, [k for k in keys if k is not None], values)
        return made
