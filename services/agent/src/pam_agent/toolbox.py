"""The tools as the agent uses them: found by discovery, called on the member's behalf."""

from pam_shared.bus.discovery import Directory
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import ToolCall, ToolManifest, ToolReply
from pam_shared.errors import NotFoundError
from pam_shared.tools.caller import OnBehalfOf, ToolCaller


class Toolbox:
    """Every tool that some worker offers now."""

    def __init__(self, directory: Directory, caller: ToolCaller) -> None:
        self._directory = directory
        self._caller = caller

    @property
    def offered(self) -> list[ToolManifest]:
        """The tools a member's model may see, by name."""
        tools = self._directory.tools.values()
        return sorted((tool for tool in tools if Role.MEMBER in tool.roles), key=lambda tool: tool.name)

    async def call(self, use: ToolUseBlock, who: OnBehalfOf, within: float) -> ToolReply:
        """Call one tool; whatever happens, there is a reply."""
        tool = self._directory.resolve(use.name)
        if tool is None:
            missing = NotFoundError(f"There is no tool named {use.name}.", code="no_such_tool")
            return ToolReply.failure(missing.problem)
        return await self._caller.call(tool, ToolCall(arguments=use.input), who, within)
