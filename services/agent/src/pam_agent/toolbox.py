"""The tools as the agent uses them: found by discovery, called on the member's behalf."""

from pam_agent.breaker import Breaker
from pam_shared.bus.discovery import Directory
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, Outcome, ToolCall, ToolManifest, ToolReply, Visibility
from pam_shared.errors import INTERNAL, NotFoundError, UnavailableError
from pam_shared.tools.caller import OnBehalfOf, ToolCaller


class Toolbox:
    """Every tool that some worker offers now."""

    def __init__(self, directory: Directory, caller: ToolCaller) -> None:
        self._directory = directory
        self._caller = caller
        self._breaker = Breaker()

    @property
    def offered(self) -> list[ToolManifest]:
        """The tools a member's model may see, by name."""
        tools = self._directory.tools.values()
        seen = (tool for tool in tools if Role.MEMBER in tool.roles and tool.visibility is Visibility.LLM)
        return sorted(seen, key=lambda tool: tool.name)

    def offers(self, name: str) -> bool:
        """Whether some worker answers to that name now."""
        return self._directory.resolve(name) is not None

    def records(self, name: str) -> str:
        """Return what a member calls the records a tool works on; empty of a tool that is not there."""
        tool = self._directory.resolve(name)
        return tool.records if tool else ""

    def changes(self, name: str) -> bool:
        """Whether a call may change something; of a tool that is not there nobody knows."""
        tool = self._directory.resolve(name)
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
        tool = self._directory.resolve(use.name)
        if tool is None or tool.visibility is Visibility.INTERNAL:
            missing = NotFoundError(f"There is no tool named {use.name}.", code="no_such_tool")
            return ToolReply.failure(missing.problem)
        workers = self._directory.offering(tool.name)
        if not self._breaker.allows(tool.name, workers):
            resting = UnavailableError(f"{tool.title} is not available right now.", code="breaker_open")
            return ToolReply.failure(resting.problem)
        try:
            reply = await self._caller.call(tool, call, who, within)
        except BaseException:
            self._breaker.gave_up(tool.name)
            raise
        if _failed(reply):
            self._breaker.failed(tool.name, workers)
        else:
            self._breaker.succeeded(tool.name)
        return reply

    async def void(self, use: ToolUseBlock, who: OnBehalfOf, within: float) -> ToolReply | None:
        """Close the key of a call: return the reply it had, or that it was not run, or None when nobody can say."""
        tool = self._directory.resolve(use.name)
        if tool is None:
            return None
        reply = await self._caller.call(tool, ToolCall(arguments={}, void=True), who, within)
        return None if _failed(reply) else reply


def _failed(reply: ToolReply) -> bool:
    """Whether the worker is at fault: it was silent, or broke."""
    broken = reply.error is not None and reply.error.code == INTERNAL.code
    return broken or reply.outcome is Outcome.UNAVAILABLE
