"""What a pull request is told: boxes for packages, arrows for imports, nothing missing that matters."""

from pathlib import Path

from plumbrule.layouts.by_feature import by_feature
from plumbrule.model.reading import read_project
from plumbrule.proof.verdict import Check, Verdict
from plumbrule.report import View
from plumbrule.report.picture import picture
from plumbrule.report.restructure import planned_markdown
from plumbrule.verbs.structure.planning import planned
from plumbrule.verbs.structure.trees import Place
from structure.projects import LAYERED, changed, write


def test_arrows_count_the_imports_between_packages() -> None:
    imports = {
        "src.app.items.router": {"src.app.items.service", "src.app.users.service"},
        "src.app.users.router": {"src.app.users.service", "src.app.items.service", "src.app.main"},
    }
    drawn = picture(
        ["app.items.router", "app.items.service", "app.users.router", "app.users.service"], imports
    )
    assert drawn.splitlines() == [
        "```mermaid",
        "flowchart LR",
        '  subgraph p0["app.items"]',
        '    p0_0["router"]',
        '    p0_1["service"]',
        "  end",
        '  subgraph p1["app.users"]',
        '    p1_0["router"]',
        '    p1_1["service"]',
        "  end",
        "  p0 -->|1| p1",
        "  p1 -->|1| p0",
        "```",
    ]


def test_a_big_project_is_drawn_by_its_packages() -> None:
    names = [f"app.slice_{number}.part_{part}" for number in range(20) for part in range(5)]
    drawn = picture(names, {names[0]: {names[7]}})
    assert 20 <= drawn.count('["') <= 41
    assert "part_" not in drawn


def test_the_report_names_what_is_seen_from_outside(tmp_path: Path) -> None:
    files = changed(
        {**LAYERED, "README.md": "Start it with `uvicorn app.main:app`; see app/routers/items.py.\n"},
        "app/services/items.py",
        "from app.common import PAGE",
        "import logging\nfrom app.common import PAGE\n\nlog = logging.getLogger(__name__)",
    )
    folder = write(tmp_path, files)
    made = planned(Place(folder, ""), by_feature(read_project(folder)), strict=False)
    told = planned_markdown(made, Verdict((Check("routes", "equal", compared="4"),)), View())
    assert told.startswith("# Layout by-feature\n\n## Proof\n\nEqual in 1 check.\n")
    assert (
        "## Seen from outside by another name\n\n- logger `app.services.items` → `app.items.service`" in told
    )
    assert "README.md:1: app/routers/items.py: a document" in told
    assert "-->|" in told.partition("## After")[2]
