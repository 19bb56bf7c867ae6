"""One JSON object per line on stdout: timestamp, level, event, service, and whatever the context carries."""

import json
import logging
import sys
from typing import Any, TextIO

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

log = structlog.get_logger()
"""The logger of every module. Bind what a line should carry with :func:`bind`."""

CHATTY = ("httpx", "httpx2", "uvicorn.access", "uvicorn.error", "anthropic")


def setup_logs(service: str, level: str, style: str) -> None:
    """Send structlog's lines, and the standard library's of other people's code, to stdout in one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    processors = _processors(service, style)
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[Foreign(processors, sys.stdout)], level=number, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class bind:  # noqa: N801 - used as a function; structlog's own is a generator, on the way of every message
    """Have every line logged inside the block carry these fields (member, conversation, turn, tool …)."""

    __slots__ = ("_before",)

    def __init__(self, **fields: str) -> None:
        self._before = structlog.contextvars.bind_contextvars(**fields)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        structlog.contextvars.reset_contextvars(**self._before)


class Foreign(logging.Handler):
    """Passes lines of the standard library's logging through our processors."""

    def __init__(self, processors: list[Processor], stream: TextIO) -> None:
        super().__init__()
        self._processors = processors
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        line: Any = {"event": record.getMessage(), "logger": record.name}
        if record.exc_info:
            line["exc_info"] = record.exc_info
        for processor in self._processors:
            line = processor(None, record.levelname.lower(), line)
        self._stream.write(line + "\n")
        self._stream.flush()


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the running span's trace id on the line."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def to_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Serialise a line; what JSON does not know is told by its ``repr``."""
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return json.dumps({str(key): value for key, value in event.items()}, default=repr)


def _processors(service: str, style: str) -> list[Processor]:
    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        add_trace,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer() if style == "console" else to_json,
    ]
