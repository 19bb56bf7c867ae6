"""The bus as an AsyncAPI 3 document: every stream's subjects, every query, every tool and event of the workers."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pam_shared.contracts import conversation, costs, queries, subjects, topology
from pam_shared.contracts.events import AuditEvent, DeadLetter, DomainEvent, EventEnvelope
from pam_shared.contracts.live import LiveFrame
from pam_shared.contracts.tools import ToolCall, ToolManifest, ToolReply
from pam_shared.tools.colleagues import Place, Records
from pamctl.catalogue import Worker

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_PARAMETERS = {
    "user": "The member's id.",
    "conversation": "The conversation's id.",
    "service": "The service's name, such as tools-budget.",
    "stream": "The stream the message was in.",
    "consumer": "The consumer that gave up on it.",
}
_QUESTIONS: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
    subjects.query(queries.MESSAGES): (queries.MessagesQuery, queries.MessagesPage),
    subjects.query(queries.CONVERSATIONS): (queries.ConversationsQuery, queries.ConversationsPage),
    subjects.query(queries.CONVERSATION_ACCESS): (queries.AccessQuery, queries.AccessReply),
    subjects.query(costs.RESERVE): (costs.ReserveCosts, costs.Reserved),
    subjects.query(costs.SETTLE): (costs.SettleCosts, costs.Settled),
    subjects.query(costs.OF_MEMBER): (costs.CostsQuery, costs.Costs),
    subjects.operator(costs.TOTALS): (costs.CostsQuery, costs.Totals),
    subjects.operator(queries.DEAD_LETTERS): (queries.DeadLettersQuery, queries.DeadLettersPage),
    subjects.operator(queries.DISCARD_DEAD_LETTER): (queries.DiscardDeadLetter, queries.Discarded),
}
_LEFT_OUT = {"$defs", "examples"}
_LOG = (
    (subjects.INBOX, "gateway", conversation.InputEvent),
    (subjects.OUTBOX, "agent", conversation.OutputEvent),
)


@dataclass
class _Bus:
    """The document while it is written."""

    channels: Document = field(default_factory=dict)
    operations: Document = field(default_factory=dict)
    messages: Document = field(default_factory=dict)
    schemas: Document = field(default_factory=dict)

    def channel(self, name: str, address: str | None, messages: Iterable[str], about: str) -> None:
        """Add a channel; the parameters are those in its address."""
        parameters = {
            key: {"description": text} for key, text in _PARAMETERS.items() if f"{{{key}}}" in (address or "")
        }
        self.channels[name] = {
            "address": address,
            "description": about,
            **({"parameters": parameters} if parameters else {}),
            "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        }

    def told(self, name: str, address: str, models: Iterable[type[BaseModel]], about: str) -> None:
        """Add a subject that is published to, and who publishes."""
        names = [self._message_of(model) for model in models]
        self.channel(name, address, names, about)
        self.operations[name] = {"action": "send", "channel": _ref("channels", name), "summary": about}

    def asked(self, name: str, address: str, question: str, answer: str, about: str) -> None:
        """Add a subject that is answered."""
        self.channel(name, address, [question], about)
        self.channels["replies"]["messages"][answer] = _ref("components/messages", answer)
        self.operations[name] = {
            "action": "receive",
            "channel": _ref("channels", name),
            "summary": about,
            "reply": {
                "address": {"location": "$message.header#/reply", "description": "The inbox NATS carries as reply-to."},
                "channel": _ref("channels", "replies"),
                "messages": [_ref("channels/replies/messages", answer)],
            },
        }

    def question(self, address: str, models: tuple[type[BaseModel], type[BaseModel]], about: str) -> None:
        """Add a subject on which a model is answered by another."""
        question, answer = (self._message_of(model) for model in models)
        self.asked(address, address, question, answer, about)

    def event(self, event: type[DomainEvent]) -> None:
        """Add a domain event, in the envelope it travels in."""
        name = f"{event.domain}.{event.name}"
        data = self._own(event.model_json_schema(mode="serialization"), event.domain, name)
        self._message(name, EventEnvelope, {"data": data})
        self.channel(name, subjects.event(event.domain, event.name, event.version), [name], _first_line(event))
        self.operations[name] = {"action": "send", "channel": _ref("channels", name), "summary": _first_line(event)}

    def tool(self, tool: ToolManifest) -> None:
        """Add a tool: a call with its arguments, a reply with its result."""
        name = f"{tool.domain}.{tool.name}.v{tool.version}"
        self._message(f"{name}.call", ToolCall, {"arguments": self._own(tool.input_schema, tool.domain, name)})
        data = self._own(_without_message(tool.output_schema), tool.domain, f"{name}.reply")
        self._message(f"{name}.reply", ToolReply, {"data": {"anyOf": [data, {"type": "null"}]}})
        about = " ".join(tool.description.split())
        self.asked(name, tool.subject, f"{name}.call", f"{name}.reply", about)
        self.operations[name]["tags"] = [{"name": tool.effect.value}, {"name": tool.visibility.value}]

    def _message_of(self, model: type[BaseModel]) -> str:
        name = self._shared(model)
        self.messages[name] = {"name": name, "summary": _first_line(model), "payload": {"$ref": _SCHEMAS + name}}
        return name

    def _message(self, name: str, envelope: type[BaseModel], inside: Document) -> None:
        """Add a message that is an envelope, some of whose properties are known more closely."""
        known = {"properties": inside}
        self.messages[name] = {"name": name, "payload": {"allOf": [{"$ref": _SCHEMAS + self._shared(envelope)}, known]}}

    def _shared(self, model: type[BaseModel]) -> str:
        """Add a contract's schema, with those it refers to, and return its name."""
        _, schema = models_json_schema([(model, "serialization")], ref_template=f"{_SCHEMAS}{{model}}")
        self.schemas |= _pointed(schema["$defs"], {})
        return model.__name__

    def _own(self, schema: Document, domain: str, name: str) -> Document:
        """Return a worker's schema; definitions are kept once a domain, apart where it has two of a name."""
        definitions: Document = schema.get("$defs", {})
        for prefix in (domain, name):
            names = {f"#/$defs/{key}": f"{_SCHEMAS}{prefix}.{key}" for key in definitions}
            kept = {f"{prefix}.{key}": _pointed(definition, names) for key, definition in definitions.items()}
            if all(self.schemas.get(key, definition) == definition for key, definition in kept.items()):
                break
        self.schemas |= kept
        own: Document = _pointed(schema, names)
        return own


def asyncapi(workers: list[Worker]) -> str:
    """Return the document, as YAML; the same workers make the same text."""
    bus = _Bus()
    bus.channel("replies", None, [], "Where an answer goes: the inbox named in the request.")
    _streams(bus)
    for address, models in _QUESTIONS.items():
        bus.question(address, models, _first_line(models[0]))
    for worker in workers:
        about = f"Ask {worker.name} for a page of what it holds of the member whose token is in the header."
        bus.question(subjects.member_records(worker.domain), (Place, Records), about)
        for tool in worker.tools:
            bus.tool(tool)
        for event in worker.events:
            bus.event(event)
    return yaml.dump(
        _document(bus), Dumper=_Plain, sort_keys=False, default_flow_style=None, allow_unicode=True, width=120
    )


def _streams(bus: _Bus) -> None:
    """Add what the streams hold, but for the events, which are the workers' own."""
    [log] = next(stream.subjects for stream in topology.STREAMS if stream.name == topology.CONVERSATIONS)
    for letter, writer, events in _LOG:
        about = f"A conversation's log, as the {writer} writes it."
        bus.told(f"conversation.{letter}", _filled(log, "{user}", "{conversation}", letter), get_args(events), about)
    live = _filled(subjects.ALL_LIVE, "{user}", "{conversation}")
    bus.told("live", live, [LiveFrame], "What clients see while a turn runs.")
    bus.told("audit", subjects.audit("{service}"), [AuditEvent], "Who did what, on the record.")
    given_up = subjects.dead_letter("{stream}", "{consumer}")
    bus.told("dead_letter", given_up, [DeadLetter], "What a consumer gave up on.")


def _filled(wildcard: str, *tokens: str) -> str:
    """Return a wildcard subject with tokens in the place of its asterisks."""
    filled = wildcard
    for token in tokens:
        filled = filled.replace("*", token, 1)
    return filled


def _document(bus: _Bus) -> Document:
    retention = ", ".join(f"{stream.name} {_kept(stream)}" for stream in topology.STREAMS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "PAM's bus",
            "version": "1",
            "description": "NATS subjects between PAM's services. `make docs` writes this from the contracts and the"
            f" workers' tools. Streams: {retention}.",
        },
        "defaultContentType": "application/json",
        "channels": _sorted(bus.channels),
        "operations": _sorted(bus.operations),
        "components": {"messages": _sorted(bus.messages), "schemas": _sorted(bus.schemas)},
    }


def _kept(stream: topology.StreamSpec) -> str:
    minutes = int(stream.max_age / topology.MINUTE)
    days = minutes // int(topology.DAY / topology.MINUTE)
    return (f"{days} days" if days else f"{minutes} minutes") + (" in memory" if stream.memory else "")


def _pointed(schema: Any, names: dict[str, str]) -> Any:
    """Return a schema without its definitions, its references as ``names`` has them."""
    if isinstance(schema, list):
        return [_pointed(item, names) for item in schema]
    if isinstance(schema, str):
        return names.get(schema, schema)
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name not in _LEFT_OUT and not name.startswith("x-")}
    if properties := kept.get("properties"):
        kept["properties"] = {name: _pointed(value, names) for name, value in properties.items()}
    return {name: value if name == "properties" else _pointed(value, names) for name, value in kept.items()}


def _without_message(schema: Document) -> Document:
    """Return an output schema without the sentence, which travels beside the data."""
    properties = {name: value for name, value in schema["properties"].items() if name != "message"}
    required = [name for name in schema.get("required", []) if name != "message"]
    return schema | {"properties": properties, "required": required}


def _first_line(model: type) -> str:
    return (inspect.getdoc(model) or "").partition("\n")[0]


def _ref(place: str, name: str) -> Document:
    return {"$ref": f"#/{place}/{name}"}


def _sorted(values: Document) -> Document:
    return dict(sorted(values.items()))


class _Plain(yaml.SafeDumper):
    """YAML without anchors: what is the same is written again."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        """Say that nothing is an alias."""
        return True
