"""What a client sends to a tool: names that the tool has, values of their types, or one line that says so."""

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from plumbrule.config import suggestion


class StrictServer(MCPServer):
    """The SDK drops an argument that a tool does not have, and the client takes its wish for granted."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool, unless it has no such arguments."""
        for tool in await self.list_tools():
            if tool.name == name:
                refuse_strangers(name, arguments, list(tool.input_schema["properties"]))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise refusal(name, told(error.__cause__)) from error
            raise


def refuse_strangers(tool: str, arguments: dict[str, Any], known: list[str]) -> None:
    """Raise for the first argument that a tool does not have."""
    for word in arguments:
        if word not in known:
            way_out = suggestion(word, known) or f"; it has {', '.join(known)}"
            raise refusal(tool, f"there is no argument `{word}`{way_out}")


def told(error: ValidationError) -> str:
    """What is wrong with the first argument that is."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    given = "" if first["type"] == "missing" else f", not {first['input']!r}"
    return f"`{place}`: {first['msg']}{given}"


def refusal(tool: str, line: str) -> ToolError:
    """A refusal as the SDK words it."""
    return ToolError(f"Error executing tool {tool}: {line}")
