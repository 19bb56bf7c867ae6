"""A tool as seen from outside its worker: manifest, call and reply."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from pam_shared.contracts import subjects
from pam_shared.contracts.identity import Role
from pam_shared.contracts.problems import Problem


class Effect(StrEnum):
    """What a call does to the world. ``destructive`` asks the member first."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


class Visibility(StrEnum):
    """To whom a tool is offered: the model, the model in an operator's conversations, or other services alone."""

    LLM = "llm"
    ADMIN = "admin"
    INTERNAL = "internal"


class ToolManifest(BaseModel):
    """All that a caller needs to know. Derived from the tool's function; the schemas are JSON Schema."""

    name: str
    domain: str
    version: int = 1
    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    effect: Effect
    visibility: Visibility = Visibility.LLM
    timeout: float = Field(description="Seconds a caller waits for one attempt.")
    records: str = Field("", description="What a member calls the records it works on, where a result cites nothing.")
    roles: frozenset[Role]
    calls_per_minute: int | None = Field(None, description="How often a member may call it; None: no bound of its own.")
    aliases: list[str] = []
    schema_hash: str = ""

    @property
    def subject(self) -> str:
        """The NATS subject the tool answers on."""
        return subjects.tool(self.domain, self.name, self.version)


WOULD_BE_DONE = "This would be done."
"""What a dry run answers where a tool has no words of its own for what it is about to do."""


class ToolCall(BaseModel):
    """The body of a request to a tool. Who asks, the key and the deadline are in the headers.

    ``void`` closes the key instead of calling: the answer is the reply of the call that was made under it, or
    ``not_run``, and from then on no call under this key has an effect.
    """

    arguments: dict[str, Any]
    dry_run: bool = False
    void: bool = False


class Outcome(StrEnum):
    """Four ways to end that must not be confused, and the good one."""

    OK = "ok"
    NO_RESULTS = "no_results"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    NOT_RUN = "not_run"


class SourceKind(StrEnum):
    """How a figure was come by, from the surest to the least sure."""

    RECORDS = "records"
    MEMBER = "member"
    LIVE = "live"
    CACHED = "cached"
    STALE = "stale"
    ESTIMATE = "estimate"


class Source(BaseModel):
    """Where a figure comes from, and how old it is. ``sample`` marks what was made up for trying PAM out."""

    name: str
    as_of: datetime
    kind: SourceKind = SourceKind.RECORDS
    sample: bool = False


class Cited(Source):
    """A source of an answer, and how sure what it told is, between 0 and 1."""

    confidence: float


class ToolReply(BaseModel):
    """What a tool answers. ``data`` is the tool's output model; ``message`` says it in a sentence for the member."""

    outcome: Outcome
    message: str = ""
    data: dict[str, Any] | None = None
    error: Problem | None = None
    as_of: datetime | None = None
    stale: bool = False
    partial: bool = False
    sources: list[Source] = []
    confidence: float | None = None

    @property
    def success(self) -> bool:
        """Whether the call did what it was asked to."""
        return self.outcome in {Outcome.OK, Outcome.NO_RESULTS}

    @classmethod
    def failure(cls, problem: Problem) -> "ToolReply":
        """Return the reply that carries a problem."""
        outcome = Outcome.UNAVAILABLE if problem.temporary else Outcome.FAILED
        return cls(outcome=outcome, message=problem.message, error=problem)


class ServiceRecord(BaseModel):
    """One running instance of a service, as discovery sees it."""

    id: str
    name: str
    version: str
    description: str = ""
    metadata: dict[str, str] = {}
    tools: list[ToolManifest] = []


def public(schema: Any) -> Any:
    """Return a tool's schema without the ``x-`` hints, which are PAM's own and for nobody outside."""
    if isinstance(schema, list):
        return [public(item) for item in schema]
    if isinstance(schema, dict):
        return {key: public(value) for key, value in schema.items() if not key.startswith("x-")}
    return schema
