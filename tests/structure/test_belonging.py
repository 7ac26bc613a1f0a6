"""A file goes to the slice in which one would look for it, and is called there what one would look for."""

from plumbrule.layouts.by_feature import by_feature
from structure.projects import Files, text
from structure.test_naming import read, router

TABLE = """
    from pydantic import BaseModel


    class {name}(BaseModel):
        id: int
    """


def app(**routers: str) -> dict[str, str]:
    """An application that includes routers, which are files of one folder."""
    names = ", ".join(routers)
    head = f"from fastapi import FastAPI\n\nfrom app.routers import {names}\n\napp = FastAPI()\n"
    includes = "".join(f"app.include_router({name}.router)\n" for name in routers)
    files = {"app/__init__.py": "", "app/routers/__init__.py": "", "app/main.py": head + includes}
    return files | {f"app/routers/{name}.py": source for name, source in routers.items()}


def targets(files: Files) -> dict[str, str | None]:
    return {line.module: line.target for line in by_feature(read(files)).moving}


def test_a_file_with_a_name_of_its_own_stays_though_most_of_its_uses_are_in_one_slice() -> None:
    using = "from app.schemas.address import Address\n\nfrom app.schemas.base import One\n"
    asking = "Address(id=One(id=1).id).id"
    files = app(
        tasks=router("tasks", "tasks", using, asking),
        plants=router("plants", "plants", using, asking).replace(asking, "1", 1),
    )
    files |= {
        f"app/schemas/{n}.py": TABLE.format(name=k) for n, k in (("address", "Address"), ("base", "One"))
    }
    files["app/schemas/task.py"] = TABLE.format(name="Task")
    files["app/routers/tasks.py"] += "\n\nfrom app.schemas.task import Task\n\nTASK = Task(id=1)\n"
    found = targets(files)
    assert found["app.schemas.task"] == "app.tasks.schemas"
    assert "app.schemas.address" not in found


def test_what_has_one_name_goes_to_one_slice() -> None:
    files = app(
        auth=router("auth", "auth"),
        admin_auth=router(
            "admin/auth", "admin auth", "from app.schemas.admin_auth import Login\n", "Login(id=1).id"
        ),
    )
    files["app/schemas/admin_auth.py"] = TABLE.format(name="Login")
    found = targets(files)
    assert found["app.routers.admin_auth"] == "app.admin_auth.router"
    assert found["app.schemas.admin_auth"] == "app.admin_auth.schemas"


def test_a_slice_is_written_as_the_files_write_it() -> None:
    using = "from app.crud.exam_paper_crud import Papers\n"
    files = app(
        exam_paper=router("exampaper", "exampaper", using, "Papers().count()"), users=router("users", "users")
    )
    files["app/crud/exam_paper_crud.py"] = "class Papers:\n    def count(self) -> int:\n        return 1\n"
    found = targets(files)
    assert found["app.routers.exam_paper"] == "app.exam_paper.router"
    assert found["app.crud.exam_paper_crud"] == "app.exam_paper.crud"


def test_a_router_that_is_included_nowhere_is_told_by_its_file() -> None:
    jobs = text("""
        from fastapi import APIRouter

        router = APIRouter()


        @router.post("/by_hour")
        def hourly() -> int:
            return 1


        @router.post("/by_day")
        def daily() -> int:
            return 1
        """)
    files = app(
        users=router("users", "users", "from app.routers import jobs\n"), nodes=router("nodes", "nodes")
    )
    files["app/routers/jobs.py"] = jobs
    assert targets(files)["app.routers.jobs"] == "app.jobs.router"


def test_routes_say_more_than_the_name_of_their_file() -> None:
    source = router("reported", "x", "from app.schemas.issue import Issue\n", "Issue(id=1).id")
    files = {
        "app/main.py": """
            from fastapi import FastAPI

            from app.controllers.issues import issues
            from app.controllers.rooms import reported_issues, rooms

            app = FastAPI()
            app.include_router(issues.router)
            app.include_router(rooms.router)
            app.include_router(reported_issues.router, prefix="/rooms")
            """,
        "app/controllers/issues/issues.py": router("issues", "issues"),
        "app/controllers/rooms/rooms.py": router("rooms", "rooms"),
        "app/controllers/rooms/reported_issues.py": source.replace(', tags=["x"]', "")
        + "\n\nissue_limit = 3\n",
        "app/schemas/issue.py": TABLE.format(name="Issue"),
    }
    assert targets(files)["app.controllers.rooms.reported_issues"] == "app.rooms.reported_issues"


def test_who_logs_out_does_that_where_others_log_in() -> None:
    files = app(
        login=router("login", "login"), logout=router("logout", "logout"), users=router("users", "users")
    )
    assert targets(files)["app.routers.logout"] == "app.login.logout"


def test_files_that_are_alike_but_for_their_layer_are_all_named_after_it() -> None:
    layers = ("models", "schemas", "services")
    using = "".join(
        f"from app.{layer} import project as {layer}__, project_member as {layer}_\n" for layer in layers
    )
    files = app(projects=router("projects", "projects", using), users=router("users", "users"))
    files |= {f"app/{layer}/project_member.py": TABLE.format(name="ProjectMember") for layer in layers}
    files |= {f"app/{layer}/project.py": TABLE.format(name="Project") for layer in layers}
    found = targets(files)
    assert {found[f"app.{layer}.project_member"] for layer in layers} == {
        "app.projects.member_models", "app.projects.member_schemas", "app.projects.member_service",
    }  # fmt: skip


def test_a_slice_may_be_called_like_a_layer_and_has_one_folder() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": """
            from fastapi import FastAPI

            from app.service import views
            from app.users import views as users

            app = FastAPI()
            app.include_router(views.router)
            app.include_router(users.router)
            """,
        "app/service/views.py": router("services", "services", "from app.service import service\n"),
        "app/service/service.py": "ONE = 1\n",
        "app/users/views.py": router("users", "users", "from app.users.service import service\n"),
        "app/users/service/service.py": "ONE = 1\n",
    }
    assert targets(files) == {"app.users.service.service": "app.service.users_service"}


def test_a_slice_may_be_called_like_what_holds_schemas() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": """
            from fastapi import FastAPI

            from app.requests import endpoints as one
            from app.users import endpoints as two

            app = FastAPI()
            app.include_router(one.router)
            app.include_router(two.router)
            """,
        "app/requests/endpoints.py": router(
            "requests", "requests", "from app.requests.schemas import Ask\n", "Ask(id=1).id"
        ),
        "app/requests/schemas.py": TABLE.format(name="Ask"),
        "app/users/endpoints.py": router("users", "users"),
    }
    assert targets(files) == {}
