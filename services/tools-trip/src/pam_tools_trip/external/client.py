"""One outside service over HTTP: deadline, spacing, breaker, size limit, and errors that say who must act."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import orjson
from opentelemetry.trace import SpanKind
from pydantic import TypeAdapter, ValidationError

from pam_shared.clock import utc_now
from pam_shared.errors import ExternalUnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import span
from pam_tools_trip.external import metrics
from pam_tools_trip.external.breaker import Breaker, FailedError
from pam_tools_trip.external.spacing import Spacing

S = TypeVar("S")
T = TypeVar("T")
SAMPLE = "PAM-Sample"
"""The header by which the sample server says what it is."""
MOST_BYTES = 8 * 1024 * 1024
PAUSE = 5.0
LONGEST_PAUSE = 600.0
OK, REDIRECT, NOT_AUTHENTICATED, FORBIDDEN, TIMED_OUT, THROTTLED, SERVER_FAULT = 200, 300, 401, 403, 408, 429, 500
ATTEMPTS = 2
"""A kept connection may have been closed at the other end: that is noticed at once and tried once more."""


@dataclass(frozen=True)
class ServiceProfile:
    """What we know of a service. ``probe`` is a cheap question that shows whether it is there."""

    name: str
    title: str
    probe: str


@dataclass(frozen=True)
class Answer:
    """A good answer: its status is below 300."""

    content: bytes

    def read(self, shape: TypeAdapter[T]) -> T:
        """Return the JSON body in its shape. Raises ValueError when it is something else."""
        return shape.validate_json(self.content)


class RefusedError(ExternalUnavailableError):
    """The service is there and says no to this question. ``body`` is its JSON object, empty if it sent none."""

    def __init__(self, title: str, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{title} could not answer this question.", code="refused")
        self.status = status
        self.body = body


class Service:
    """Asks one service. ``sample`` turns True at the latest when an answer says that it is one."""

    def __init__(
        self,
        profile: ServiceProfile,
        url: str,
        http: httpx.AsyncClient,
        *,
        sample: bool,
        timeout: float,
        spacing: float,
    ) -> None:
        self.profile = profile
        self.url = url
        self.sample = sample
        self._http = http
        self._timeout = timeout
        self._breaker = Breaker(profile.title, self._circuit)
        self._spacing = Spacing(profile.title, spacing)
        self._paused_until = 0.0

    async def ask(
        self,
        path: str,
        read: Callable[[Answer], T],
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        timeout: float | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> T:
        """Ask once, by POST when there is a form or a body, and return what ``read`` makes of the answer.

        ``read`` may raise ValueError, KeyError or IndexError. Raises RefusedError when the service says no, FailedError
        when it is away, slow, throttling or unreadable, and plain ExternalUnavailableError when it is not even asked:
        too many wait, or its circuit is open.
        """
        started = time.perf_counter()
        outcome = "ok"
        with span(f"ask {self.profile.name}", kind=SpanKind.CLIENT, attributes={"pam.sample": self.sample}):
            try:
                await self._may_ask()
                with self._breaker.guard():
                    request = self._request(path, params, form, body)
                    return await self._in_time(request, read, timeout or self._timeout, most_bytes)
            except ExternalUnavailableError as error:
                outcome = error.problem.code
                raise
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            finally:
                metrics.REQUESTS.labels(self.profile.name, outcome).inc()
                metrics.SECONDS.labels(self.profile.name).observe(time.perf_counter() - started)

    async def get(
        self, path: str, shape: TypeAdapter[S], make: Callable[[S], T], params: Mapping[str, Any] | None = None
    ) -> T:
        """Ask for JSON and return what ``make`` makes of it. Raises as ``ask``."""
        return await self.ask(path, lambda answer: make(answer.read(shape)), params=params)

    async def probe(self) -> None:
        """Ask the cheap question. Raises ExternalUnavailableError."""
        await self.ask(self.profile.probe, lambda _: None)

    async def _may_ask(self) -> None:
        self._breaker.check()
        wait = self._paused_until - time.monotonic()
        if wait > 0:
            title = self.profile.title
            raise ExternalUnavailableError(f"{title} asked us to wait.", code="paused", retry_after=round(wait, 1))
        await self._spacing.wait()

    def _request(self, path: str, params: Any, form: Any, body: Any) -> httpx.Request:
        method = "POST" if form is not None or body is not None else "GET"
        try:
            return self._http.build_request(method, self.url + path, params=params, data=form, json=body)
        except httpx.InvalidURL:
            raise self._failed("has an address that is none", "unreachable") from None

    async def _in_time(self, request: httpx.Request, read: Callable[[Answer], T], seconds: float, most_bytes: int) -> T:
        try:
            async with asyncio.timeout(seconds):
                status, headers, content = await self._send(request, most_bytes)
        except TimeoutError:
            raise self._failed("took too long to answer", "timeout") from None
        self.sample = self.sample or SAMPLE in headers
        self._judge(status, headers, content)
        try:
            return read(Answer(content))
        except (ValidationError, ValueError, KeyError, IndexError) as error:
            log.warning("an outside service sent something unreadable", outside=self.profile.name, error=repr(error))
            raise self._failed("sent something we cannot read", "malformed") from None

    async def _send(self, request: httpx.Request, most_bytes: int) -> tuple[int, httpx.Headers, bytes]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._receive(request, most_bytes)
            except httpx.RequestError as error:
                if attempt == ATTEMPTS or not isinstance(error, httpx.TransportError):
                    raise self._failed(f"cannot be reached ({type(error).__name__})", "unreachable") from error
        raise AssertionError("unreachable")

    async def _receive(self, request: httpx.Request, most_bytes: int) -> tuple[int, httpx.Headers, bytes]:
        response = await self._http.send(request, stream=True)
        try:
            content = bytearray()
            async for part in response.aiter_bytes():
                content += part
                if len(content) > most_bytes:
                    raise self._failed("sent more than we take", "too_large")
            return response.status_code, response.headers, bytes(content)
        finally:
            await response.aclose()

    def _judge(self, status: int, headers: httpx.Headers, content: bytes) -> None:
        if status < REDIRECT:
            return
        if status == THROTTLED:
            wait = _retry_after(headers.get("Retry-After")) or PAUSE
            self._paused_until = time.monotonic() + min(wait, LONGEST_PAUSE)
            raise self._failed("is asked too often", "throttled", wait)
        if status >= SERVER_FAULT or status in {NOT_AUTHENTICATED, FORBIDDEN, TIMED_OUT}:
            raise self._failed(f"answers with error {status}", "server_fault")
        raise RefusedError(self.profile.title, status, _object(content))

    def _failed(self, what: str, code: str, retry_after: float | None = None) -> FailedError:
        log.warning("an outside service failed", outside=self.profile.name, reason=code)
        return FailedError(f"{self.profile.title} {what}.", code=code, retry_after=retry_after)

    def _circuit(self, is_open: bool) -> None:  # noqa: FBT001 - what the breaker says
        metrics.OPEN.labels(self.profile.name).set(is_open)
        log.warning("a circuit changed", outside=self.profile.name, open=is_open)


def _retry_after(value: str | None) -> float | None:
    """Return the seconds a header of either form means."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - utc_now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
