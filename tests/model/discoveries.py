"""Projects whose routers are found by the names of files."""

DISCOVERED = {
    "main.py": """
        from fastapi import FastAPI
        from shop.app import include_all
        import shop.api
        app = FastAPI()
        include_all(app, shop.api.__name__)
        include_all(app, "shop.more")
    """,
    "shop/app.py": """
        import os
        from importlib import import_module
        def modules_of(package_name):
            for file in sorted(os.listdir(import_module(package_name).__path__[0])):
                if not file.startswith("_") and file.endswith(".py"):
                    yield file, import_module(f"{package_name}.{file[:-3]}")
        def include_all(app, package_name):
            for _, module in modules_of(package_name):
                router = getattr(module, "router", None)
                if router:
                    app.include_router(router)
    """,
    "shop/__init__.py": "",
    "shop/api/__init__.py": "",
    "shop/more/__init__.py": "",
    "shop/api/orders.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/orders")
        @router.get("")
        def orders(): ...
    """,
    "shop/api/names.py": "ROUTER = 'router'",
    "shop/more/users.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/users")
        @router.get("/me")
        def me(): ...
    """,
    "shop/hidden/secret.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/secret")
        @router.get("")
        def secret(): ...
    """,
}
"""a project whose routers are found by the names of files"""

GLOBBED = {
    "main.py": """
        from fastapi import FastAPI
        from common.registering import Registering
        def create_app() -> FastAPI:
            app = FastAPI()
            Registering(app).register()
            return app
        app = create_app()
    """,
    "common/registering.py": """
        import glob
        import importlib
        import os
        from fastapi import APIRouter, FastAPI
        from common.routing import Sorted
        class Registering:
            def __init__(self, app: FastAPI):
                self.app = app
                self.root = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
            def files(self) -> list[str]:
                return sorted(glob.glob(os.path.join(self.root, "*", "controller", "[!_]*.py")))
            def routers(self) -> list[tuple[str, APIRouter]]:
                found = []
                for path in self.files():
                    name = os.path.relpath(path, self.root).replace(os.sep, ".")[:-3]
                    module = importlib.import_module(name)
                    for attribute, value in module.__dict__.items():
                        if isinstance(value, Sorted):
                            if value.is_listed:
                                found.append((attribute, value))
                        elif isinstance(value, APIRouter):
                            found.append((attribute, value))
                return found
            def register(self) -> None:
                for _, router in sorted(self.routers(), key=lambda pair: pair[0]):
                    self.app.include_router(router=router)
    """,
    "common/routing.py": """
        from fastapi import APIRouter
        class Sorted(APIRouter):
            def __init__(self, *, prefix: str = "", is_listed: bool = True):
                self.is_listed = is_listed
                super().__init__(prefix=prefix)
    """,
    "orders/controller/order_controller.py": """
        from common.routing import Sorted
        router = Sorted(prefix="/orders")
        hidden = Sorted(prefix="/hidden", is_listed=False)
        @router.get("")
        def orders(): ...
        @hidden.get("")
        def secret(): ...
    """,
    "orders/controller/_drafts.py": """
        from fastapi import APIRouter
        drafts = APIRouter()
        @drafts.get("/secret")
        def secret(): ...
    """,
    "users/controller/user_controller.py": """
        from fastapi import APIRouter
        user_router = APIRouter(prefix="/users")
        @user_router.get("/me")
        def me(): ...
    """,
}
"""a project that goes through its folders, and through what stands in the modules there"""
