"""What one file says, as values."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read, read_expression


def only(text: str) -> n.Statement:
    (statement,) = read("a.py", dedent(text).encode()).body
    return statement


def value(text: str) -> n.Expr:
    statement = only(text)
    assert isinstance(statement, n.ExprStatement)
    return statement.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a'", "a"),
        ("b'a'", b"a"),
        ("r'\\d'", "\\d"),
        ("'\\n'", "\n"),
        ('"""a\nb"""', "a\nb"),
        ("'a' 'b'", "ab"),
        ("1_000", 1000),
        ("0x10", 16),
        ("1.5", 1.5),
        ("True", True),
        ("None", None),
        ("...", ...),
    ],
)
def test_a_literal_has_the_value_python_gives_it(text: str, expected: object) -> None:
    literal = value(text)
    assert isinstance(literal, n.Constant)
    assert literal.value == expected


def test_an_f_string_keeps_its_fixed_parts_and_what_is_put_in() -> None:
    match value('f"/{prefix}/x{{}}"'):
        case n.FString(parts=(n.Constant(value="/"), n.Name(id="prefix"), n.Constant(value=tail))):
            assert "{}" in str(tail)
        case other:
            pytest.fail(repr(other))


@pytest.mark.parametrize("text", ["""'a' 'b'""", """f'{a}' f'{b}' 'c'""", """f'{a}' 'b' f'{c}'"""])
def test_literals_side_by_side_are_one_text_whose_pieces_are_none(text: str) -> None:
    found = read("a.py", text.encode()).nodes
    texts = [node for node in found if isinstance(node, (n.Constant, n.FString))]
    outer = [one.text for one in texts if one.parent is None or isinstance(one.parent, n.ExprStatement)]
    assert outer == [text]


def test_an_f_string_knows_the_names_that_say_how_it_is_written() -> None:
    for text in ("f'{name:>{width}.{places}}'", "'it: ' f'{name!r:{width:{places}}}'"):
        told = value(text)
        assert isinstance(told, n.FString)
        assert [node.id for node in told.walk() if isinstance(node, n.Name)] == ["name", "width", "places"]
        assert all(part.parent is told for part in told.formats)


def test_a_call_gives_its_arguments_by_position_and_name() -> None:
    call = value("app.get('/x', *rest, tags=['a'], **more)")
    assert isinstance(call, n.Call)
    assert call.argument(0, "path") is call.args[0]
    assert call.argument(1, "other") is None
    assert isinstance(call.keyword("tags"), n.Sequence)
    assert call.is_splatted


def test_a_place_before_the_first_argument_has_none() -> None:
    call = value("f()")
    assert isinstance(call, n.Call)
    assert call.argument(-1, "self") is None


def test_a_function_knows_its_parameters_and_only_its_own_nodes() -> None:
    function = only(
        """
        @router.get("/x")
        async def read(a: int, /, b=1, *args: str, c: bool = True, **rest) -> None:
            def inner():
                hidden()
            shown()
        """
    )
    assert isinstance(function, n.FunctionDef)
    assert function.is_async
    kinds = [(p.name, p.kind) for p in function.parameters]
    assert kinds == [
        ("a", "positional_only"),
        ("b", "positional"),
        ("args", "args"),
        ("c", "keyword_only"),
        ("rest", "kwargs"),
    ]
    assert [c.func.text for c in function.nodes if isinstance(c, n.Call)] == ["shown"]
    assert function.decorators[0].text == 'router.get("/x")'


def test_every_node_knows_its_parent_and_place() -> None:
    file = read("a.py", "x = [f(ä, b)\n for b in c]\n".encode())
    (call,) = [node for node in file.nodes if isinstance(node, n.Call)]
    assert isinstance(call.parent, n.Comprehension)
    assert [type(p).__name__ for p in call.parents] == ["Comprehension", "Assign"]
    assert (call.span.line, call.span.column, call.span.end_column) == (1, 6, 13)
    (clause,) = [node for node in file.nodes if isinstance(node, n.Clause)]
    assert clause.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "def f[T](x: T) -> T: ...\n",
        "type Pair[T] = tuple[T, T]\n",
        "try:\n    pass\nexcept A, B:\n    pass\n",
        "f = f'{f'{1}'}'\n",
        "with (open('a') as a, open('b') as b):\n    pass\n",
        "match x:\n    case {'a': 1}:\n        pass\n",
        "try:\n    pass\nexcept* E as e:\n    pass\n",
    ],
)
def test_syntax_of_every_version_is_read(text: str) -> None:
    assert read("a.py", text.encode()).broken == ()


def test_a_broken_part_is_named_and_the_good_parts_are_read() -> None:
    file = read("a.py", b"def good():\n    return 1\n\nx = = 3\n\ndef also_good():\n    return 2\n")
    assert [f.name for f in file.functions] == ["good", "also_good"]
    assert [span.line for span in file.broken] == [4]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00bad",
        b"x = " + b"(" * 5000 + b")" * 5000,
        b"x = " + b"1 + " * 5000 + b"1\n",
        b"if a:\n  pass\n" + b"elif b:\n  pass\n" * 2000,
        b"a" * 1_000_000,
        b"x = '" + b"\\" * 99 + b"\n",
        b"\x00\x01\x02",
        b"x = 'a' b'b'\n",
        b"def f() -> list[int] def | None: pass\n",
    ],
)
def test_nothing_makes_reading_fail(text: bytes) -> None:
    assert read("a.py", text).path == "a.py"


def test_a_string_annotation_is_read_in_its_place() -> None:
    file = read("a.py", b"x: 'Annotated[int, Depends(f)]' = 1\n")
    (assign,) = file.body
    assert isinstance(assign, n.Assign)
    assert isinstance(assign.annotation, n.Constant)
    inner = read_expression(assign.annotation)
    assert isinstance(inner, n.Subscript)
    assert (inner.items[1].text, inner.items[1].span.column) == ("Depends(f)", 20)


def test_with_and_try_keep_their_parts() -> None:
    match only("async with a() as b, c:\n    pass\n"):
        case n.With(items=(n.WithItem(target=n.Name(id="b")), n.WithItem(target=None)), is_async=True):
            pass
        case other:
            pytest.fail(repr(other))
    match only("try:\n    a()\nexcept (A, B) as e:\n    raise\nelse:\n    b()\nfinally:\n    c()\n"):
        case n.Try(handlers=(n.Handler(name="e", exception=n.Sequence()),), orelse=(_,), final=(_,)):
            pass
        case other:
            pytest.fail(repr(other))


def test_a_text_that_begins_with_f_is_no_format_string() -> None:
    for text in ('"fdc1"', "'t2'", 'r"f"', '"""for"""'):
        match only(f"x = {text}\n"):
            case n.Assign(value=n.Constant(value=str())):
                pass
            case other:
                pytest.fail(repr(other))
    for text in ('f"a"', "rF'{x}'", 'f"""{x}"""'):
        match only(f"x = {text}\n"):
            case n.Assign(value=n.FString()):
                pass
            case other:
                pytest.fail(repr(other))


def test_an_error_inside_an_expression_costs_only_that_part() -> None:
    file = read("x.py", b"x = {1, $ 2}\ny = f(a, $, b)\n")
    assert file.broken
    assert any(isinstance(node, n.Sequence) for node in file.nodes)


def test_the_body_of_a_test_is_read_when_it_is_asked_for() -> None:
    text = b"class A:\n    def f(self, a=1):\n        x = [a, 2]\n        return g(x)\n"
    now, later = read("app/x.py", text).functions[0], read("tests/x.py", text).functions[0]
    assert later.lacks(b"yield")
    assert not later.lacks(b"return")
    assert [(repr(one).split()[0], one.start, one.end) for one in later.nodes] == [
        (repr(one).split()[0], one.start, one.end) for one in now.nodes
    ]
    assert [statement.parent for statement in later.body] == [later, later]


@pytest.mark.parametrize("lines", [1, 20_000])
def test_a_body_read_later_stands_where_it_stands_in_the_file(lines: int) -> None:
    text = b"x = 1\n" * lines + b"class A:\n    async def f(self):\n        return g('a', 2)\n"
    later = read("tests/x.py", text).functions[0]
    assert later.read is not None
    assert [node.text for node in later.nodes] == ["g", "'a'", "2", "g('a', 2)", "return g('a', 2)"]


def test_a_call_with_an_error_before_its_arguments_does_not_say_what_it_is_given() -> None:
    (statement,) = read("a.py", b"f() g(a, b=1)\n").body
    assert isinstance(statement, n.ExprStatement)
    match statement.value:
        case n.Call(args=(n.Unknown(),), keywords=()):
            pass
        case other:
            pytest.fail(repr(other))


def test_a_line_that_only_continues_says_nothing() -> None:
    assert [type(statement) for statement in read("a.py", b"a = 1\n\\\n\nb = 2\n").body] == [
        n.Assign,
        n.Assign,
    ]


def test_only_a_text_in_quotes_can_be_a_string_annotation() -> None:
    (statement,) = read("a.py", b'x: f"{a}@"\n').body
    assert isinstance(statement, n.Assign)
    assert isinstance(statement.annotation, n.FString)
    assert [read_expression(p) for p in statement.annotation.parts if isinstance(p, n.Constant)] == [None]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/orders.py", True),
        ("app/orders/test_router.py", True),
        ("typing_tests/app.py", True),
        ("app/orders/fakes/repository.py", True),
        ("app/ab_tests/router.py", False),
        ("app/latest/router.py", False),
    ],
)
def test_a_path_says_whether_it_is_of_the_tests(path: str, expected: bool) -> None:
    assert read(path, b"").is_test is expected
