"""What changed while a conversation went on, and whether it is the conversation's business."""

from collections.abc import Iterable, Sequence

from pam_agent.context.snapshot import MemberContext
from pam_agent.context.sources import SOURCES
from pam_agent.conversation import TurnRecord
from pam_shared.contracts.tools import Effect, ToolManifest

DOMAINS = {source.name: source.domain for source in SOURCES}


def changed(
    before: MemberContext, now: MemberContext, earlier: Sequence[TurnRecord], tools: Iterable[ToolManifest]
) -> list[str]:
    """Return the parts that are others now, where the conversation used tools of their domain.

    What the conversation changed itself since ``before`` was taken is no news.
    """
    known = {tool.name: tool for tool in tools}
    since = next((place for place, turn in enumerate(earlier) if turn.message.id == before.turn), len(earlier))
    spoken = {tool.domain for tool in _used(earlier, known)}
    own = {tool.domain for tool in _used(earlier[since:], known) if tool.effect is not Effect.READ}
    differ = [name for name, version in now.versions.items() if before.versions.get(name, version) != version]
    return [name for name in differ if DOMAINS[name] in spoken - own]


def _used(turns: Iterable[TurnRecord], known: dict[str, ToolManifest]) -> list[ToolManifest]:
    names = {returned.tool for turn in turns for returned in turn.results.values()}
    return [known[name] for name in sorted(names & known.keys())]
