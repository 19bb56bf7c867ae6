"""The tools as the agent uses them: found by discovery, called on the member's behalf."""

from pam_agent.breaker import Breaker, at_fault
from pam_agent.finding import FIND_TOOLS, find_tools
from pam_agent.selection import Selection
from pam_shared.bus.discovery import Directory
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, ToolCall, ToolManifest, ToolReply, Visibility
from pam_shared.errors import NotFoundError, UnavailableError
from pam_shared.tools.caller import OnBehalfOf, ToolCaller


class Toolbox:
    """Every tool that some worker offers now."""

    def __init__(self, directory: Directory, caller: ToolCaller, breaker: Breaker) -> None:
        self._directory = directory
        self._caller = caller
        self._breaker = breaker
        self._seen: dict[str, ToolManifest] = {}
        self._selection = Selection([])

    @property
    def offered(self) -> list[ToolManifest]:
        """The tools a member's mind may call, by name."""
        return self.selection.tools

    @property
    def selection(self) -> Selection:
        """The tools there are now, ready to be chosen from."""
        tools = self._directory.tools
        if tools is not self._seen:
            self._seen = tools
            seen = [tool for tool in tools.values() if Role.MEMBER in tool.roles and tool.visibility is Visibility.LLM]
            offered = sorted(seen, key=lambda tool: tool.name)
            if offered != self._selection.tools:
                self._selection = Selection(offered)
        return self._selection

    def offers(self, name: str) -> bool:
        """Whether some worker answers to that name now."""
        return self._directory.resolve(name) is not None

    def records(self, name: str) -> str:
        """Return what a member calls the records a tool works on; empty of a tool that is not there."""
        tool = self._directory.resolve(name)
        return tool.records if tool else ""

    def changes(self, name: str) -> bool:
        """Whether a call may change something; of a tool that is not there nobody knows."""
        tool = FIND_TOOLS if name == FIND_TOOLS.name else self._directory.resolve(name)
        return tool is None or tool.effect is not Effect.READ

    def asks_first(self, name: str) -> ToolManifest | None:
        """Return a tool's manifest if the member has to be asked before it is called."""
        tool = self._directory.resolve(name)
        return tool if tool is not None and tool.effect is Effect.DESTRUCTIVE else None

    async def try_out(self, use: ToolUseBlock, who: OnBehalfOf, within: float) -> ToolReply:
        """Have a call checked as far as it can be without doing anything."""
        return await self._answered(use, ToolCall(arguments=use.input, dry_run=True), who, within)

    async def call(self, use: ToolUseBlock, who: OnBehalfOf, within: float) -> ToolReply:
        """Call one tool; whatever happens, there is a reply."""
        return await self._answered(use, ToolCall(arguments=use.input), who, within)

    async def _answered(self, use: ToolUseBlock, call: ToolCall, who: OnBehalfOf, within: float) -> ToolReply:
        if use.name == FIND_TOOLS.name:
            return find_tools(self.selection, use.input)
        tool = self._directory.resolve(use.name)
        if tool is None or tool.visibility is Visibility.INTERNAL:
            missing = NotFoundError(f"There is no tool named {use.name}.", code="no_such_tool")
            return ToolReply.failure(missing.problem)
        workers = self._directory.offering(tool.name)
        if not self._breaker.allows(tool.name, workers):
            resting = UnavailableError(f"{tool.title} is not available right now.", code="breaker_open")
            return ToolReply.failure(resting.problem)
        try:
            reply = await self._caller.call(tool, call, who, within, lambda: self._breaker.rests(tool.name))
        except BaseException:
            self._breaker.gave_up(tool.name)
            raise
        self._breaker.note(tool.name, workers, reply)
        return reply

    async def void(self, use: ToolUseBlock, who: OnBehalfOf, within: float) -> ToolReply | None:
        """Close the key of a call: return the reply it had, or that it was not run, or None when nobody can say."""
        tool = self._directory.resolve(use.name)
        if tool is None:
            return None
        reply = await self._caller.call(tool, ToolCall(arguments={}, void=True), who, within)
        return None if at_fault(reply) else reply
