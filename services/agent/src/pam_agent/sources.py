"""Where an answer comes from: what its tools cited, how old that is, and how sure. Pure; from the log alone."""

from pam_agent.conversation import TurnRecord
from pam_shared.contracts.conversation import ToolReturned
from pam_shared.contracts.tools import Cited, Source, SourceKind

SURE = {
    SourceKind.RECORDS: 1.0,
    SourceKind.MEMBER: 0.95,
    SourceKind.LIVE: 0.9,
    SourceKind.CACHED: 0.85,
    SourceKind.STALE: 0.6,
    SourceKind.ESTIMATE: 0.5,
}
"""How sure a figure is by the way it was come by; less where the tool itself says so, nothing where it is made up."""


def sources_of(record: TurnRecord) -> list[Cited]:
    """Return the sources of a turn's answer in the order they were asked; of one that is cited twice the weaker."""
    found: dict[str, Cited] = {}
    for use in record.uses:
        for cited in cited_by(record.results.get(use.id)):
            known = found.get(cited.name)
            if known is None or (cited.confidence, cited.as_of) < (known.confidence, known.as_of):
                found[cited.name] = cited
    return list(found.values())


def cited_by(returned: ToolReturned | None) -> list[Cited]:
    """Return the sources of one result; none of what failed or is not there."""
    if returned is None or not returned.reply.success:
        return []
    told, sources = returned.reply.confidence, returned.reply.sources or _own(returned)
    return [Cited(**vars(source), confidence=_sure(source, told)) for source in sources]


def _own(returned: ToolReturned) -> list[Source]:
    """Return the member's own records, where a tool cites nothing else."""
    as_of = returned.reply.as_of
    return [Source(name=returned.records, as_of=as_of)] if returned.records and as_of else []


def _sure(source: Source, told: float | None) -> float:
    return 0.0 if source.sample else min(SURE[source.kind], 1.0 if told is None else told)
