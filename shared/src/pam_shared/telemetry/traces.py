"""Spans, and the trace that travels in message headers."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path
from typing import Any

import orjson
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

MAX_FILE_BYTES = 32 * 1024 * 1024

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("pam")


class JsonLinesExporter(SpanExporter):
    """Writes one JSON object per span to ``<folder>/<service>.jsonl``; the file before is kept as ``.1``."""

    def __init__(self, folder: Path, service: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{service}.jsonl"
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append the spans. A full disk loses spans, never the service."""
        try:
            if self._path.exists() and self._path.stat().st_size > MAX_FILE_BYTES:
                self._path.replace(self._path.with_suffix(".jsonl.1"))
            with self._path.open("ab") as file:
                file.writelines(orjson.dumps(self._row(span)) + b"\n" for span in spans)
        except OSError as error:
            getLogger(__name__).warning("spans were not written: %s", error)
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _row(self, span: ReadableSpan) -> dict[str, Any]:
        own = span.context
        return {
            "service": self._service,
            "name": span.name,
            "trace_id": f"{own.trace_id:032x}" if own else "",
            "span_id": f"{own.span_id:016x}" if own else "",
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "start_ns": span.start_time,
            "duration_ms": ((span.end_time or 0) - (span.start_time or 0)) / 1e6,
            "status": span.status.status_code.name,
            "attributes": dict(span.attributes or {}),
        }


def setup_traces(service: str, target: str) -> TracerProvider | None:
    """Start exporting spans to ``otlp`` or to a folder; ``none`` keeps spans no-ops. Returns what to shut down."""
    if target == "none":
        return None
    exporter = _otlp() if target == "otlp" else JsonLinesExporter(Path(target), service)
    provider = TracerProvider(resource=Resource.create({"service.name": f"pam-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    trace.set_tracer_provider(provider)
    return provider


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - slow to import
        OTLPSpanExporter,
    )

    return OTLPSpanExporter()


class span:  # noqa: N801 - used as a function; a generator in its place costs a third more on every message
    """Run the block inside a span: a child of the message's trace if ``headers`` carry one, else of the current one."""

    __slots__ = ("_span", "_token")

    def __init__(
        self,
        name: str,
        headers: Mapping[str, str] | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, str | float | bool] | None = None,
    ) -> None:
        parent = extract(headers) if headers is not None else None
        self._span = _tracer.start_span(name, context=parent, kind=kind, attributes=attributes)
        self._token = otel_context.attach(trace.set_span_in_context(self._span, parent))

    def __enter__(self) -> Span:
        return self._span

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        otel_context.detach(self._token)
        if isinstance(error, Exception):
            self._span.record_exception(error)
            self._span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        self._span.end()


@contextmanager
def late_span(name: str, headers: Mapping[str, str], started_ns: int) -> Iterator[Span]:
    """Run the block inside a span that began earlier: work on many messages at once shows in the trace of each."""
    current = _tracer.start_span(name, context=extract(headers), start_time=started_ns)
    with trace.use_span(current, end_on_exit=True):
        yield current


def extract(headers: Mapping[str, str]) -> otel_context.Context:
    """Return the context a message was sent in."""
    return _propagator.extract(headers)


def inject(headers: MutableMapping[str, str]) -> None:
    """Put the current trace on a message's headers."""
    _propagator.inject(headers)


def trace_id() -> str:
    """Return the current trace id in hex, or an empty string outside of any trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
