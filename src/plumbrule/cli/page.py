"""Markdown on a terminal: headings at the left, code moved in, colours that suit a light and a dark one."""

from typing import ClassVar

from pygments.token import Comment, Keyword, Name, String  # type: ignore[import-untyped]
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.padding import Padding
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text
from rich.theme import Theme

THEME = Theme({"markdown.code": "cyan"})
COLORS = ANSISyntaxTheme(
    {
        Comment: Style(dim=True),
        Keyword: Style(color="magenta"),
        Name.Decorator: Style(color="cyan"),
        String: Style(color="green"),
    }
)


class Title(Heading):
    """A heading in bold, with room above it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the heading."""
        del console, options
        if self.tag != "h1":
            yield Text("")
        yield Text(self.text.plain, style="bold underline" if self.tag == "h1" else "bold")


class Code(CodeBlock):
    """Code without a box, so that it can be copied."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the code."""
        del console, options
        code = Syntax(str(self.text).rstrip(), self.lexer_name, theme=COLORS, word_wrap=True)
        yield Padding(code, (0, 0, 0, 2))


class Rows(TableElement):
    """A table as a list: its cells hold long names, and columns would cut them."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give a heading for each row, and a line for each of its other cells."""
        del console, options
        if self.header is None or self.header.row is None or self.body is None:
            return
        heads = [cell.content.plain for cell in self.header.row.cells]
        for row in self.body.rows:
            yield Text(f"\n{row.cells[0].content.plain}", style="bold")
            for head, cell in zip(heads[1:], row.cells[1:], strict=True):
                yield Padding(Text.assemble((f"{head}: ", "dim"), cell.content), (0, 0, 0, 2))


class Page(Markdown):
    """A page of Markdown."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": Title,
        "fence": Code,
        "code_block": Code,
        "table_open": Rows,
    }
