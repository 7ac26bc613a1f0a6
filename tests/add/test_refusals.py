"""What cannot be added is refused in one line, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from add.conftest import execute, files_of

BAD_WORDS = {
    "2nd title:str": "'2nd' cannot be the name of a resource",
    "größe title:str": "'größe' cannot be the name of a resource",
    "class title:str": "'class' is a keyword of Python",
    "filter title:str": "'filter' would hide a builtin of Python",
    "page title:str": "'page' means something else in the code of a resource",
    "news title:str": "one news and many are called the same; name the many with --plural WORD",
    f"{'long' * 10} title:str": "is too long; 31 characters are possible",
    "order title:str": "src/shop/orders exists already",
    "orders title:str": "src/shop/orders exists already",
    "setting title:str": "src/shop/settings.py exists already",
    "session title:str": "'session' means something else",
    "item": "item has no field; name one or more, such as title:str",
    "item title": "'title' is no field; write NAME:TYPE",
    "item :str": "':str' is no field; write NAME:TYPE",
    "item Title:str": "'Title' cannot be the name of a field",
    "item title:str title:text": "the field title is there twice; drop one of them",
    "item id:uuid": "the name of the field id is taken: every resource has it already",
    "item owner:ref(order) owner_id:uuid": "the name of the field owner_id is taken",
    "item created_at:datetime": "the name of the field created_at is taken",
    "item metadata:json": "the name of the field metadata is taken: SQLAlchemy keeps it for itself",
    "item registry:str": "the name of the field registry is taken",
    "item schema:str": "the name of the field schema is taken: Pydantic keeps it for itself",
    "item model_config:str": "the name of the field model_config is taken",
    "item model_dump_size:int": "the name of the field model_dump_size is taken",
    "item from:date": "the name of the field from is taken: it is a keyword of Python",
    "item none:str": "the name of the field none is taken: it is a keyword of Python",
    "item list:str kind:enum(a|b)": "the name of the field list is taken: it would hide the type",
    "item self:str": "the name of the field self is taken: every method has it already",
    "json a:str": "'json' means something else in the code of a resource",
    "item l:str": "the name of the field l is taken: it looks like a 1",
    "true a:str": "'true' is a keyword of Python",
    "item date:date": "the name of the field date is taken: it would hide the type",
    "item price:decimel": "unknown type of price 'decimel'; did you mean decimal?",
    "item price:str(20)": "the type str of price takes nothing in brackets; write price:str",
    "item price:str??": "cannot read the type of price, 'str??'",
    "item kind:enum": "'' cannot be a value of the enum kind",
    "item kind:enum(a)": "the enum kind needs two values or more",
    "item kind:enum(a|)": "'' cannot be a value of the enum kind",
    "item kind:enum(a|a)": "the enum kind has a value twice",
    "item kind:enum(a|B)": "'B' cannot be a value of the enum kind",
    "item kind:enum(a|b": "cannot read the type of kind, 'enum(a|b'",
    "item buyer:ref": "the ref buyer does not say to what",
    "item buyer:ref(customer)": "buyer refers to customer, which is no resource of this project; there",
    "item buyer:ref(user)": "buyer cannot refer to users: their rows have no owner_id to check",
    "item parent:ref(item)?": "parent refers to items themselves",
    "item title:str --plural or-ders!": "'or_ders!' cannot be the name of a resource",
}


@pytest.mark.parametrize(("words", "message"), BAD_WORDS.items(), ids=BAD_WORDS)
def test_a_bad_word_is_named(pristine: Path, words: str, message: str) -> None:
    refuse(pristine, *words.split(), message=message)


def refuse(project: Path, *words: str, message: str) -> None:
    before = files_of(project)
    done = execute(project, "plumb", "add", "resource", *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert message in done.stderr
    assert done.stderr.startswith("plumb: ")
    assert done.stderr.count("\n") == 1
    assert files_of(project) == before


def replace(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        text = (project / path).read_text()
        assert old in text
        (project / path).write_text(text.replace(old, new))

    return change


def write(path: str, text: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text)

    return change


TOML = "pyproject.toml"
MAIN = "src/shop/main.py"
BAD_PROJECTS = {
    "no-project": (lambda project: (project / TOML).unlink(), "there is no pyproject.toml here"),
    "not-made-by-plumb": (replace(TOML, "[tool.plumb.scaffold]", "[tool.other]"), "no [tool.plumb.scaffold]"),
    "broken-toml": (replace(TOML, "[tool.plumb.scaffold]", "[tool."), "pyproject.toml: "),
    "minimal": (
        replace(TOML, 'preset = "service"', 'preset = "minimal"'),
        "the preset minimal has no database",
    ),
    "by-layer": (replace(TOML, "by-feature", "by-layer"), "added to the layout by-layer"),
    "other-database": (replace(TOML, 'database = "sqlite"', 'database = "postgres"'), "sqlite.py is there"),
    "unknown-database": (replace(TOML, 'database = "sqlite"', 'database = "oracle"'), "unknown database"),
    "no-package": (replace(TOML, 'name = "shop"', 'name = "store"'), "src/store/main.py is missing"),
    "restructured": (
        lambda project: (project / "src/shop/auth/dependencies.py").unlink(),
        "src/shop/auth/dependencies.py is missing; a resource is built on it",
    ),
    "no-private": (
        replace(MAIN, "include_private(", "include_hidden("),
        "main.py has no one call include_private(app, …)",
    ),
    "broken-main": (replace(MAIN, "def create_app", "def def create_app"), "cannot read src/shop/main.py"),
    "name-in-main": (replace(MAIN, "class State", "items = 1\n\n\nclass State"), "uses the name items"),
    "two-heads": (
        write("migrations/versions/other.py", 'revision = "abc"\ndown_revision = "0001"\n'),
        "migrations/versions has 2 heads (0002, abc); run alembic merge heads, then again",
    ),
    "odd-migration": (write("migrations/versions/odd.py", "revision = make()\n"), "cannot find revision"),
    "table-there": (
        write("src/shop/stock/models.py", "class Thing(Base):\n    __tablename__ = 'items'\n"),
        "the table items is there already, in src/shop/stock/models.py",
    ),
    "no-tests-to-build-on": (
        replace("tests/test_orders.py", "async def create(", "async def make("),
        "tests/test_orders.py has no `async def create(client)`",
    ),
}


@pytest.mark.parametrize(("change", "message"), BAD_PROJECTS.values(), ids=BAD_PROJECTS)
def test_a_project_that_does_not_fit_is_refused(
    shop: Path, change: Callable[[Path], None], message: str
) -> None:
    change(shop)
    refuse(shop, "item", "title:str", "order:ref(order)", message=message)
