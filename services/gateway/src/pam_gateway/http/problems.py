"""Errors as RFC 9457 problem details, and the request's id on everything."""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pam_shared.contracts.problems import Category, Problem
from pam_shared.errors import (
    INTERNAL,
    ConflictError,
    InvalidRequestError,
    NotAuthenticatedError,
    NotFoundError,
    NotPermittedError,
    OverloadedError,
    PamError,
    UnavailableError,
    problem_of,
)

REQUEST_ID = b"x-request-id"
REQUEST_ID_MAX = 100
TOO_LARGE = "pam_body_too_large"

STATUS: dict[type[PamError], HTTPStatus] = {
    NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    NotPermittedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OverloadedError: HTTPStatus.TOO_MANY_REQUESTS,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}

STATUS_OF_CODE = {
    **{kind.default_code: status for kind, status in STATUS.items()},
    **dict.fromkeys(("token_missing", "token_expired", "token_invalid", "token_revoked"), HTTPStatus.UNAUTHORIZED),
    INTERNAL.code: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""For the problems another service has passed on: their class stayed there."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


def request_id(request: Request) -> str:
    """Return the id of a request: the client's own, or one made at the door."""
    return str(request.scope["pam_request_id"])


def install(app: FastAPI) -> None:
    """Turn every error into problem details."""
    app.add_exception_handler(PamError, _pam_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _internal_error)


def answer(request: Request, status: int, problem: Problem, **more: Any) -> JSONResponse:
    """Return a problem as the client is told of it."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": problem.message,
        "code": problem.code,
        "category": problem.category,
        "request_id": request_id(request),
        **more,
    }
    extra = {"Retry-After": str(max(1, round(problem.retry_after or 1)))} if problem.temporary else {}
    return JSONResponse(body, status, extra, media_type="application/problem+json")


class Door:
    """The outermost layer: gives each request an id, bounds its body, and says what browsers may load."""

    def __init__(self, app: Asgi, body_max: int) -> None:
        self._app = app
        self._body_max = body_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; everything else passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(REQUEST_ID, b"").decode("latin-1")
        identifier = given if given.isprintable() and 0 < len(given) <= REQUEST_ID_MAX else str(uuid4())
        scope["pam_request_id"] = identifier
        with structlog.contextvars.bound_contextvars(request=identifier):
            await self._app(scope, self._bounded(scope, receive), _with_headers(send, identifier))

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        received = 0

        async def bounded() -> MutableMapping[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._body_max:
                # FastAPI turns whatever goes wrong with a body into 400; the note tells our handler better.
                scope[TOO_LARGE] = self._body_max
                raise InvalidRequestError("The body is too large.")
            return message

        return bounded


SECURITY = (
    (b"content-security-policy", b"default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def _with_headers(send: Send, identifier: str) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (REQUEST_ID, identifier.encode("latin-1")), *SECURITY]
        await send(message)

    return sending


def _too_large(request: Request) -> JSONResponse:
    sentence = f"The body is larger than {request.scope[TOO_LARGE]} bytes."
    problem = Problem(code="body_too_large", category=Category.USER, message=sentence)
    return answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)


async def _pam_error(request: Request, error: Exception) -> JSONResponse:
    if TOO_LARGE in request.scope:
        return _too_large(request)
    found = (status for kind, status in STATUS.items() if isinstance(error, kind) and kind is not UnavailableError)
    problem = problem_of(error)
    otherwise = HTTPStatus.SERVICE_UNAVAILABLE if problem.temporary else HTTPStatus.UNPROCESSABLE_ENTITY
    status = next(found, None) or STATUS_OF_CODE.get(problem.code, otherwise)
    response = answer(request, status, problem)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    told = [{"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]} for fault in faults]
    sentence = "; ".join(f"{fault['field']}: {fault['message'].lower()}" for fault in told) + "."
    problem = Problem(code="invalid_request", category=Category.USER, message=sentence)
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, problem, errors=told)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    if TOO_LARGE in request.scope:
        return _too_large(request)
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    phrase = HTTPStatus(status).phrase
    problem = Problem(code=phrase.lower().replace(" ", "_"), category=Category.USER, message=f"{phrase}.")
    return answer(request, status, problem)


async def _internal_error(request: Request, error: Exception) -> JSONResponse:
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, problem_of(error))
