"""One JSON object per line on stdout: timestamp, level, event, service, and whatever the context carries."""

import logging
import sys
from typing import Any, cast

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger

log = structlog.get_logger()
"""The logger of every module. Bind what a line should carry with :func:`bind`."""

bind = structlog.contextvars.bound_contextvars
"""Context manager: every line logged inside carries these fields (member, conversation, turn, tool …)."""


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the running span's trace id on the line."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def to_json(event: dict[str, Any], default: Any) -> str:
    """Serialise a line; what JSON does not know is told by its ``repr``."""
    return orjson.dumps(event, default=default).decode()


def setup_logs(service: str, level: str, style: str) -> None:
    """Send structlog and the standard library's logging through one formatter to stdout."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        structlog.processors.format_exc_info,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _service_name(service),
                _renderer(style),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for chatty in ("httpx", "httpx2", "uvicorn.access", "anthropic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _service_name(service: str) -> Any:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    return add


def _renderer(style: str) -> Any:
    if style == "console":
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(serializer=cast("Any", to_json))
