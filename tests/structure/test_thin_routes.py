"""Fat routes are proposed for extraction as lines of a plan, each with a reason; what is done is proved."""

import sys
from pathlib import Path

import pytest

from plumbrule.layouts.fat_routes import thin_routes
from plumbrule.layouts.plan_file import read, written
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.model.reading import project_of
from plumbrule.plan import Refusal
from plumbrule.verbs.structure.analysis import fat
from plumbrule.verbs.structure.planning import LAYOUTS, Planned, planned
from plumbrule.verbs.structure.trees import Place
from structure.projects import Files, text, write
from structure.test_command import committed, plumb

FAT: Files = {
    "pyproject.toml": """
        [project]
        name = "fat"
        version = "1"
        """,
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import FastAPI

        from app.routers import orders

        app = FastAPI()
        app.include_router(orders.router, prefix="/orders")
        """,
    "app/routers/__init__.py": "",
    "app/routers/orders.py": """
        from fastapi import APIRouter, HTTPException, Request, Response

        from app.store import Order, Store

        router = APIRouter()


        @router.post("/{order_id}/pay")
        def pay_order_endpoint(order_id: int, amount: int, request: Request, response: Response) -> dict:
            \"\"\"Pay for an order.\"\"\"
            store = Store()
            order = store.find(order_id)
            if order is None:
                raise HTTPException(404, "No such order")
            # What is paid, with what was paid before
            paid = order.paid + amount
            for line in order.lines:
                if line.open:
                    line.open = False
                    paid -= line.price
            if paid < 0:
                order.state = "open"
            elif paid > 0:
                order.state = "over"
            else:
                order.state = "paid"
            store.save(order)
            response.headers["X-State"] = order.state
            return {"paid": paid}


        @router.get("/all")
        def all_orders(request: Request) -> list[str]:
            one = request.url.path
            two = request.headers.get("a", "")
            three = request.query_params.get("b", "")
            if one:
                two += request.url.path
            if two:
                three += request.url.path
            if three:
                one += request.url.path
            if one != two:
                two = request.url.path
            if two != three:
                three = request.url.path
            if one == three:
                one = request.url.path
            return [one, two, three]
        """,
    "app/store.py": """
        class Line:
            open: bool = True
            price: int = 1


        class Order:
            def __init__(self, paid: int) -> None:
                self.paid = paid
                self.state = ""
                self.lines = [Line(), Line()]


        class Store:
            def find(self, order_id: int) -> Order | None:
                return Order(order_id) if order_id else None

            def save(self, order: Order) -> None: ...
        """,
}
SERVICE = """from app.store import Order, Store


def pay_order(amount: int, store: Store, order: Order):
    # What is paid, with what was paid before
    paid = order.paid + amount
    for line in order.lines:
        if line.open:
            line.open = False
            paid -= line.price
    if paid < 0:
        order.state = "open"
    elif paid > 0:
        order.state = "over"
    else:
        order.state = "paid"
    store.save(order)
    return paid
"""


def proposal() -> Proposal:
    return thin_routes(project_of({path: text(source) for path, source in FAT.items()}))


def rewritten(folder: Path, wanted: Proposal) -> Planned:
    return planned(Place(folder, ""), wanted, strict=True)


def test_a_fat_route_gets_a_line_and_one_that_is_all_about_http_a_reason() -> None:
    taken, left = proposal().lines
    assert (taken.module, taken.names, taken.target) == (
        "app.routers.orders",
        ("pay_order_endpoint",),
        "app.services.orders",
    )
    assert (taken.function, taken.extract, taken.reason) == ("pay_order", (8, 19), "11 of 18 statements")
    assert 0 < taken.confidence <= 1
    assert (left.target, left.reason) == (None, "what is not about HTTP is too little for a function")


def test_the_plan_is_the_list_of_fat_routes() -> None:
    project = project_of({path: text(source) for path, source in FAT.items()})
    assert len(list(fat(project))) == len(proposal().lines)


def test_a_line_of_the_plan_reads_as_it_was_written() -> None:
    assert read(written(proposal()), "plan.toml", LAYOUTS).moving == proposal().moving


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ('extract = "x"', '`extract` gives the lines of the one handler in `names`, such as "4-12"'),
        ('names = ["a"], function = "f"', "`extract` gives the lines"),
        ('names = ["a"], extract = "1-2", function = "a b"', "`function` is the name"),
        ('names = ["a"], extract = "1-2"', "`function` is the name"),
    ],
)
def test_an_extraction_with_a_mistake_is_refused_at_its_place(extra: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(f'moves = [{{ module = "a", to = "b", {extra} }}]', "plan.toml", LAYOUTS)
    assert said in str(refusal.value)


def test_what_is_planned_again_after_it_was_done_is_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path, FAT)
    made = rewritten(folder, proposal())
    assert not made.problems
    after = {**FAT, **{s.operation.path: getattr(s.operation, "after", SERVICE) for s in made.rewrite.steps}}
    again = thin_routes(project_of({path: text(source) for path, source in after.items()}))
    assert not again.moving


def test_a_layout_keeps_a_line_that_is_refused_and_a_plan_ends_with_it(tmp_path: Path) -> None:
    folder = write(tmp_path, FAT)
    wrong = Line(
        "app.routers.orders", "app.services.orders", "", 1.0, "", ("pay_order_endpoint",), (3, 5), "x"
    )
    with pytest.raises(Refusal, match="no whole statements"):
        planned(Place(folder, ""), Proposal("", (wrong,)), strict=True)
    kept = planned(Place(folder, ""), Proposal("", (wrong,)), strict=False)
    assert not kept.rewrite.steps
    assert "no whole statements" in kept.refused[0][1]
    assert kept.proposal.lines[0].target is None


def test_a_move_and_an_extraction_are_one_plan(tmp_path: Path) -> None:
    folder = write(tmp_path, FAT)
    move = Line("app.routers.orders", "app.orders.router", "", 1.0)
    taken = Line(
        "app.orders.router", "app.orders.service", "", 1.0, "", ("pay_order_endpoint",), (8, 19), "pay"
    )
    made = rewritten(folder, Proposal("", (move, taken)))
    assert not made.problems
    after = {getattr(s.operation, "to", s.operation.path): s.operation for s in made.rewrite.steps}
    assert "from app.orders import service\n" in after["app/orders/router.py"].after  # type: ignore[union-attr]
    assert "app/orders/service.py" in after


def test_the_command_proposes_proves_and_carries_it_out_and_takes_it_back(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, FAT))
    shown = plumb(folder, "--layout", "thin-routes")
    assert shown.returncode == 1
    assert "pay_order_endpoint: lines 8-19 → app.services.orders.pay_order" in shown.stdout
    plan = str(tmp_path.parent / "plan.toml")
    assert plumb(folder, "--layout", "thin-routes", "--plan", plan).returncode == 1
    done = plumb(folder, "--plan", plan, "--apply", "--python", sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "app/services/orders.py").read_text() == SERVICE
    router = (folder / "app/routers/orders.py").read_text()
    assert "    paid = orders_service.pay_order(amount, store, order)\n" in router
    assert plumb(folder, "--undo").returncode == 0
    assert not (folder / "app/services/orders.py").exists()


def tied(made: str) -> Files:
    """The project, with a name in the module of the routes that two of them need."""
    router = str(FAT["app/routers/orders.py"]).replace("amount\n", "amount - FEE\n")
    router = router.replace("router = APIRouter()\n", f"router = APIRouter()\n        FEE = {made}\n")
    router += """

        @router.get("/fee")
        def read_fee() -> int:
            return FEE
        """
    return {**FAT, "app/routers/orders.py": router}


def test_what_is_proposed_is_what_is_done(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, tied("len(Store.__doc__ or '')")))
    shown = plumb(folder, "--layout", "thin-routes")
    assert shown.stdout == plumb(folder, "--layout", "thin-routes", "--diff").stdout
    assert "stays  app.routers.orders.pay_order_endpoint: cannot be extracted: " in shown.stdout
    assert "would need `FEE` of app.routers.orders" in shown.stdout
    assert shown.returncode == 0


def test_what_the_logic_shares_with_its_routes_goes_along(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, tied("2")))
    shown = plumb(folder, "--layout", "thin-routes")
    assert "1  app.routers.orders: FEE        → app.services.orders" in shown.stdout
    assert "needed by the logic of `pay_order_endpoint`, and by the routes" in shown.stdout
    done = plumb(folder, "--layout", "thin-routes", "--apply", "2", "--python", sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FEE = 2\n" in (folder / "app/services/orders.py").read_text()
    router = (folder / "app/routers/orders.py").read_text()
    assert "from app.services.orders import FEE, pay_order\n" in router
    assert "    paid = pay_order(amount, store, order)\n" in router


def test_a_route_is_not_taken_along_for_its_name(tmp_path: Path) -> None:
    """The one annotation that says `list` means the route."""
    router = (
        str(FAT["app/routers/orders.py"]).replace("pay_order_endpoint", "list").replace(" -> list[str]", "")
    )
    files = {**FAT, "app/routers/orders.py": router.replace("amount: int", "amount: list[int]")}
    proposal = thin_routes(project_of({path: text(source) for path, source in files.items()}))
    made = planned(Place(write(tmp_path, files), ""), proposal, strict=False)
    assert not made.rewrite.steps
    assert "the new function would need `list`, which is registered here" in made.refused[0][1]
