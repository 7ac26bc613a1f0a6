"""What a name becomes, and how main.py is changed, without a project."""

import ast

import pytest

from plumbrule.plan import Refusal
from plumbrule.scaffold.resource import Names, parse_names
from plumbrule.scaffold.wrapping import LIMIT, wrap
from plumbrule.verbs.registration import register

NAMES = {
    "order": ("order", "orders"),
    "orders": ("order", "orders"),
    "Category": ("category", "categories"),
    "categories": ("category", "categories"),
    "LineItem": ("line_item", "line_items"),
    "line-items": ("line_item", "line_items"),
    "day": ("day", "days"),
    "box": ("box", "boxes"),
    "addresses": ("address", "addresses"),
    "delivery status": ("delivery_status", "delivery_statuses"),
    "person": ("person", "people"),
    "children": ("child", "children"),
    "house": ("house", "houses"),
    "houses": ("house", "houses"),
    "movies": ("movie", "movies"),
    "quiz": ("quiz", "quizzes"),
    "crisis": ("crisis", "crises"),
}


@pytest.mark.parametrize(("given", "names"), NAMES.items())
def test_a_name_has_one_and_many(given: str, names: tuple[str, str]) -> None:
    assert parse_names(given, None) == Names(*names)


def test_what_many_are_called_can_be_said() -> None:
    assert parse_names("news", "news_items") == Names("news", "news_items")


@pytest.mark.parametrize(
    ("name", "article"),
    [("invoice", "an_invoice"), ("hour", "an_hour"), ("unit", "a_unit"), ("tag", "a_tag")],
)
def test_a_name_has_an_article(name: str, article: str) -> None:
    assert parse_names(name, None).article == article


IMPORTS = "from shop.auth import router as auth\nfrom shop.settings import Settings\n\n"
MADE = IMPORTS.replace("from shop.settings", "from shop.items import router as items\nfrom shop.settings")
CALLS = {
    "include_private(app, auth.router)\n": "include_private(app, auth.router, items.router)\n",
    "include_private(\n    app,\n    auth.router,  # first\n)\n": (
        "include_private(\n    app,\n    auth.router,  # first\n    items.router,\n)\n"
    ),
    "include_private(\n    app,\n    auth.router\n)\n": (
        "include_private(\n    app,\n    auth.router,\n    items.router\n)\n"
    ),
    f"include_private(app, {'a' * 40}.router, {'b' * 30}.router)\n": (
        f"include_private(\n    app, {'a' * 40}.router, {'b' * 30}.router, items.router\n)\n"
    ),
}


@pytest.mark.parametrize(("call", "made"), CALLS.items())
def test_a_router_goes_last_into_the_call(call: str, made: str) -> None:
    assert register(IMPORTS + call, place="main.py", package="shop", plural="items") == MADE + made


def test_line_ends_and_odd_characters_stay() -> None:
    text = (IMPORTS + 'title = "Läden\u2028"; include_private(app, auth.router)').replace("\n", "\r\n")
    made = register(text, place="main.py", package="shop", plural="items")
    assert made == (MADE + 'title = "Läden\u2028"; include_private(app, auth.router, items.router)').replace(
        "\n", "\r\n"
    )


def test_an_import_that_sorts_last_goes_last() -> None:
    made = register(
        IMPORTS + "include_private(app, auth.router)\n", place="main.py", package="shop", plural="zebras"
    )
    assert made.splitlines()[2] == "from shop.zebras import router as zebras"


@pytest.mark.parametrize(
    "text",
    [
        IMPORTS,
        "include_private(app, auth.router)\n",
        IMPORTS + "include_private()\n",
        IMPORTS + "include_private(app, auth.router)\n" * 2,
    ],
)
def test_a_place_that_cannot_be_found_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"pass it items\.router by hand"):
        register(text, place="main.py", package="shop", plural="items")


def test_long_lines_are_broken_at_the_commas_outside_strings() -> None:
    line = f'call("{"a, (" * 20}", [{", ".join(["1"] * 30)}])\n'
    wrapped = wrap(line)
    assert max(len(part) for part in wrapped.splitlines()) <= LIMIT
    assert ast.dump(ast.parse(wrapped)) == ast.dump(ast.parse(line))
