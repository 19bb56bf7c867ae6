"""Every NATS subject, in one place: the first token after ``pam`` names the kind, and kinds never share one."""

from uuid import UUID

INBOX = "in"
OUTBOX = "out"

ALL_CONVERSATIONS = "pam.conversation.>"
ALL_CONVERSATION_INPUT = f"pam.conversation.*.*.{INBOX}"
ALL_LIVE = "pam.live.*.*"
ALL_EVENTS = "pam.event.>"
ALL_AUDIT = "pam.audit.*"
ALL_DEAD_LETTERS = "pam.dead_letter.*.*"

SERVICE_ANNOUNCED = "pam.service.announced"
SERVICE_WITHDRAWN = "pam.service.withdrawn"

MEMBER_SIGNED_IN = "pam.member.signed_in"
"""Said once by the gateway, with a token for reading: whoever hears it may prepare; nothing depends on it."""

CIRCUIT_CHANGED = "pam.agent.circuit"
"""Said among agents: a tool's circuit has opened or closed. Nothing depends on it but how soon the others know."""


def conversation(user: UUID, conversation_id: UUID) -> str:
    """Return the stem of a conversation's two subjects."""
    return f"pam.conversation.{user}.{conversation_id}"


def conversations_of_member(user: UUID) -> str:
    """Return the wildcard of everything in the conversation log of one member."""
    return f"pam.conversation.{user}.>"


def conversation_of_anybody(conversation_id: UUID) -> str:
    """Return the wildcard of a conversation in the log, for operators, who do not know whose it is."""
    return f"pam.conversation.*.{conversation_id}.*"


def conversation_input(user: UUID, conversation_id: UUID) -> str:
    """Return the subject the gateway writes: what the member said."""
    return f"{conversation(user, conversation_id)}.{INBOX}"


def conversation_output(user: UUID, conversation_id: UUID) -> str:
    """Return the subject the agent writes: what became of it."""
    return f"{conversation(user, conversation_id)}.{OUTBOX}"


def conversation_of(subject: str) -> tuple[UUID, UUID]:
    """Return the member and the conversation a log subject belongs to.

    Raises ValueError for any other subject.
    """
    root, kind, user, conversation_id, _ = subject.split(".")
    if (root, kind) != ("pam", "conversation"):
        raise ValueError(f"{subject} is not a conversation's subject")
    return UUID(user), UUID(conversation_id)


def live(user: UUID, conversation_id: UUID) -> str:
    """Return the subject of what clients see while a turn runs."""
    return f"pam.live.{user}.{conversation_id}"


def live_of_member(user: UUID) -> str:
    """Return the wildcard of everything live for one member."""
    return f"pam.live.{user}.*"


def tool(domain: str, name: str, version: int = 1) -> str:
    """Return the request-reply subject of one tool."""
    return f"pam.tool.{domain}.{name}.v{version}"


def query(what: str, version: int = 1) -> str:
    """Return the request-reply subject of one of persistence's queries."""
    return f"pam.query.{what}.v{version}"


def member_records(domain: str) -> str:
    """Return the request-reply subject on which a worker hands out all it holds of the member who asks."""
    return query(f"member_records_{domain}")


def operator(what: str, version: int = 1) -> str:
    """Return the request-reply subject of an operator's command."""
    return f"pam.operator.{what}.v{version}"


def event(domain: str, past_participle: str, version: int = 1) -> str:
    """Return the subject of a domain event, such as ``pam.event.budget.expense_recorded.v1``."""
    return f"pam.event.{domain}.{past_participle}.v{version}"


def event_named(name: str) -> str:
    """Return the subject of a domain event named ``domain.past_participle``."""
    domain, _, past_participle = name.partition(".")
    return event(domain, past_participle)


def audit(service: str) -> str:
    """Return the subject a service writes its audit events to."""
    return f"pam.audit.{service}"


def dead_letter(stream: str, consumer: str) -> str:
    """Return the subject of what a consumer gave up on."""
    return f"pam.dead_letter.{stream}.{consumer}"


def shape(subject: str) -> str:
    """Return a subject without members and inboxes, fit for a metric's label or a span's name."""
    kind, _, rest = subject.partition(".")
    if kind != "pam":
        return "_INBOX" if kind.startswith("_INBOX") else kind
    tokens = rest.split(".")
    if tokens[0] in {"conversation", "live"}:
        tokens[1:3] = ["*"] * len(tokens[1:3])
    return "pam." + ".".join(tokens)
