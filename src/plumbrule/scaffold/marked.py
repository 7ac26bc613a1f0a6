"""What coding agents are told: a part of their page is plumb's, between two marks, the rest the user's."""

AGENTS = "AGENTS.md"
COMPANIONS = frozenset({".git", ".agents", ".claude", "CLAUDE.md", AGENTS})
"""what may be in the folder of a new project: a repository, and what coding agents bring along"""

BEGIN = "<!-- plumb:begin -->"
END = "<!-- plumb:end -->"


def merged(page: str, part: str) -> str:
    """The page with its part between the marks replaced by `part`, or with `part` at its end.

    The lines of the part end as those of the page do.
    """
    end_of_line = "\r\n" if "\r\n" in page else "\n"
    part = part.replace("\n", end_of_line)
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return f"{page.rstrip()}{end_of_line * 2}{part}" if page.strip() else part
    return f"{before}{part.rstrip()}{after}"
