"""What is a part of its own stays one, and a slice is called what its folder is called."""

from plumbrule.layouts.acyclic import acyclic
from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.by_layer import by_layer
from plumbrule.layouts.fat_routes import thin_routes
from plumbrule.layouts.slices import Slices
from plumbrule.model.project import Project
from plumbrule.model.reading import project_of
from structure.projects import Files, text
from structure.test_thin_routes import FAT

ROUTER = """
    from fastapi import APIRouter

    router = APIRouter(prefix="/{path}", tags=["{tag}"])


    @router.get("/")
    def read() -> int:
        return {value}


    @router.post("/")
    def write() -> int:
        return {value}
    """


def router(path: str, tag: str, imported: str = "", value: str = "1") -> str:
    return f"{text(imported)}{text(ROUTER.format(path=path, tag=tag, value=value))}"


ASKING, COUNTING = "from app.grpcio import base\n", "from app.bitcoind.models import ONE\n"
HOME: Files = {
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import FastAPI

        from app.bitcoind import router as bitcoin
        from app.routers import default, nodes, users

        app = FastAPI()
        app.include_router(bitcoin.router)
        app.include_router(default.router)
        app.include_router(nodes.router)
        app.include_router(users.router)
        """,
    "app/routers/__init__.py": "",
    "app/routers/default.py": router("version", "version"),
    "app/routers/nodes.py": router(
        "nodes", "nodes", "from app.grpcio import base\n", "base.NodeClient().ask()"
    ),
    "app/routers/users.py": router("users", "users", "from app.tasks import users\n", "users.review()"),
    "app/bitcoind/__init__.py": "",
    "app/bitcoind/router.py": router(
        "bitcoin", "Bitcoin Core", "from app.bitcoind.models import ONE\n", "ONE"
    ),
    "app/bitcoind/models.py": "ONE = 1\n",
    "app/grpcio/__init__.py": "",
    "app/grpcio/base.py": "class NodeClient:\n    def ask(self) -> int:\n        return 1\n",
    "app/tasks/__init__.py": "",
    "app/tasks/users.py": "def review() -> int:\n    return 1\n",
    "migrations/versions/0001_one.py": "def upgrade() -> None: ...\n",
}


def read(files: Files) -> Project:
    return project_of({path: text(source) for path, source in files.items()})


def test_a_package_of_its_own_is_not_taken_apart_and_a_folder_names_its_slice() -> None:
    proposal = by_feature(read(HOME))
    assert {line.module: line.target for line in proposal.moving} == {
        "app.routers.default": "app.version.router",
        "app.routers.nodes": "app.nodes.router",
        "app.routers.users": "app.users.router",
        "app.tasks.users": "app.users.tasks",
    }
    stays = {line.module: line.reason for line in proposal.lines if line.target is None}
    assert stays["app.grpcio.base"] == "a part of `grpcio`"
    assert stays["app.bitcoind.router"] == "is where it belongs"


def test_what_happened_to_the_database_is_of_no_slice() -> None:
    project = read(HOME)
    slices = Slices(project)
    (migration,) = (m for m in project.modules if m.path.startswith("migrations/"))
    assert "version" in slices.names
    assert slices.by_path(migration) is None


def test_a_module_with_routes_is_no_service_though_it_is_called_so() -> None:
    more = {
        "app/main.py": FAT["app/main.py"].replace("orders\n", "orders, service\n", 1)
        + "    app.include_router(service.router)\n",
        "app/routers/service.py": router("services", "services"),
    }
    (plain,), (line,) = (
        [line for line in thin_routes(read(files)).lines if line.target] for files in (FAT, {**FAT, **more})
    )
    assert line.target == plain.target == "app.services.orders"


def test_what_speaks_of_its_module_stays_in_it() -> None:
    files = {
        "app/__init__.py": '__version__ = "1"\nNAME = "shop"\n\nfrom app.two import two\n',
        "app/two.py": "from app import __version__\n\ntwo = __version__\n",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app import two\n\napp = FastAPI()\n",
    }
    assert not [line for line in acyclic(read(files)).moving if "__version__" in line.names]


TWO = """
    from fastapi import FastAPI

    from {package}routers import nodes, users

    app = FastAPI()
    app.include_router(nodes.router)
    app.include_router(users.router)
    """


def test_a_slice_is_not_called_like_the_package_around_the_app() -> None:
    files = {
        "src/shop/__init__.py": "",
        "src/shop/main.py": TWO.format(package="shop."),
        "src/shop/routers/nodes.py": router("shop/nodes", "shop"),
        "src/shop/routers/users.py": router("users", "users"),
    }
    assert Slices(read(files)).names == {"node": "nodes", "user": "users"}


def test_flat_folders_are_the_base_though_one_of_them_has_layers_too() -> None:
    files = {
        "main.py": TWO.format(package=""),
        "routers/nodes.py": router("nodes", "nodes", "from common.models import OAuth2\n", "OAuth2"),
        "routers/users.py": router("users", "users"),
        "common/models.py": "OAuth2 = 1\n",
    }
    assert {line.target for line in by_feature(read(files)).moving} == {"nodes.router", "users.router"}


def test_digits_belong_to_the_word_before_them() -> None:
    files = {
        "app/main.py": TWO.format(package="app."),
        "app/routers/nodes.py": router("nodes", "nodes", "from app.services.oauth2_nodes import ask\n"),
        "app/routers/users.py": router("users", "users"),
        "app/services/oauth2_nodes.py": "def ask() -> None: ...\n",
    }
    targets = {line.module: line.target for line in by_feature(read(files)).moving}
    assert targets["app.services.oauth2_nodes"] == "app.nodes.oauth2"


def targets(files: Files) -> dict[str, str | None]:
    return {line.module: line.target for line in by_feature(read(files)).moving}


def with_routers(**imports: str) -> dict[str, str]:
    routers = {f"app/routers/{name}.py": router(name, name, text) for name, text in imports.items()}
    return {"app/main.py": TWO.format(package="app."), **routers}


MODELS = "from pydantic import BaseModel\n\n\nclass {name}(BaseModel):\n    id: int\n"


def test_a_folder_that_is_a_slice_keeps_its_files_names_and_what_else_lies_in_it() -> None:
    files = {
        "app/main.py": """
            from fastapi import FastAPI

            from app.controllers.router import router

            app = FastAPI()
            app.include_router(router)
            """,
        "app/controllers/router.py": """
            from fastapi import APIRouter

            from app.controllers.nodes import builds, nodes
            from app.controllers.users import users

            router = APIRouter()
            router.include_router(nodes.router)
            router.include_router(builds.router)
            router.include_router(users.router)


            @router.get("/debug")
            def debug() -> int:
                return 1
            """,
        "app/controllers/nodes/nodes.py": router(
            "nodes", "nodes", "from app.controllers.nodes import models\n"
        ),
        "app/controllers/nodes/builds.py": router("nodes/{id}/builds", "node-builds"),
        "app/controllers/nodes/models.py": text(MODELS.format(name="Node")),
        "app/controllers/users/users.py": router("users", "users"),
    }
    assert targets(files) == {
        "app.controllers.nodes.builds": "app.nodes.builds",
        "app.controllers.nodes.models": "app.nodes.models",
        "app.controllers.nodes.nodes": "app.nodes.router",
        "app.controllers.users.users": "app.users.router",
    }


def test_of_two_files_of_a_kind_one_is_told_by_its_folder_and_layers_stay_in_longer_names() -> None:
    files = {
        "app/main.py": """
            from fastapi import FastAPI

            from app.routers import nodes
            from app.routers.admin import nodes as admin
            from app.routers.v2 import nodes as two

            app = FastAPI()
            app.include_router(nodes.router)
            app.include_router(two.router)
            app.include_router(admin.router)
            """,
        "app/routers/nodes.py": router("nodes", "nodes", "from app.services import nodes_response_builder\n"),
        "app/routers/v2/nodes.py": router("v2/nodes", "nodes"),
        "app/routers/admin/nodes.py": router("admin/nodes", "nodes"),
        "app/services/nodes_response_builder.py": "def build() -> None: ...\n",
    }
    assert targets(files) == {
        "app.routers.admin.nodes": "app.nodes.admin_router",
        "app.routers.nodes": "app.nodes.router",
        "app.routers.v2.nodes": "app.nodes.router_v2",
        "app.services.nodes_response_builder": "app.nodes.response_builder",
    }


def test_models_without_tables_are_schemas_beside_those_with_tables() -> None:
    table = """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase): ...


        class Node(Base):
            __tablename__ = "nodes"
            id: Mapped[int] = mapped_column(primary_key=True)
        """
    imported = "from app.models.node import Node\nfrom app.routers.models.node import NodeIn\n"
    files = with_routers(nodes=imported, users="")
    files |= {"app/models/node.py": table, "app/routers/models/node.py": MODELS.format(name="NodeIn")}
    found = targets(files)
    assert (found["app.models.node"], found["app.routers.models.node"]) == (
        "app.nodes.models",
        "app.nodes.schemas",
    )


def test_what_a_name_only_mentions_leaves_no_package_and_no_slice_is_without_its_routes() -> None:
    files = with_routers(nodes="from app.runner import node_files\n", users="from nodekit.node import ONE\n")
    files |= {"app/runner/node_files.py": "def read() -> None: ...\n", "kit/nodekit/node.py": "ONE = 1\n"}
    assert targets(files) == {
        "app.routers.nodes": "app.nodes.router",
        "app.routers.users": "app.users.router",
    }
    mixed = {
        "app/main.py": """
            from fastapi import FastAPI

            from app.auth import views

            app = FastAPI()
            app.include_router(views.router)
            """,
        "app/auth/views.py": """
            from fastapi import APIRouter

            from app.auth.schemas import GrantIn, TokenIn

            router = APIRouter(prefix="/auth")


            @router.post("/token")
            def take(token: TokenIn) -> int:
                return 1


            @router.post("/grant")
            def give(grant: GrantIn) -> int:
                return 1
            """,
        "app/auth/schemas.py": MODELS.format(name="TokenIn") + "\n\nclass GrantIn(BaseModel):\n    id: int\n",
    }
    assert targets(mixed) == {}


def test_a_part_with_layers_of_its_own_is_not_the_base() -> None:
    files = with_routers(nodes="from app.mail import models, schemas, service\n", users="")
    files |= {f"app/mail/{name}.py": "ONE = 1\n" for name in ("models", "schemas", "service", "crud")}
    assert set(targets(files).values()) == {"app.nodes.router", "app.users.router"}


def test_by_layer_knows_a_layer_by_each_of_its_names() -> None:
    files = {
        "app/main.py": """
            from fastapi import FastAPI

            from app.nodes import views

            app = FastAPI()
            app.include_router(views.router)
            """,
        "app/nodes/views.py": router("nodes", "nodes", "from app.nodes import node_watcher\n"),
        "app/nodes/node_watcher.py": "ONE = 1\n",
    }
    assert {line.module: line.target for line in by_layer(read(files)).moving} == {
        "app.nodes.views": "app.routers.nodes",
        "app.nodes.node_watcher": "app.services.nodes_watcher",
    }
