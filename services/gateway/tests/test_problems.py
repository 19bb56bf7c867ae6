"""Errors as clients are told of them over HTTP."""

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from pam_gateway.http import problems
from pam_gateway.http.problems import Door
from pam_shared import errors
from pam_shared.contracts.problems import Advice, Category, Problem
from pam_shared.errors import PamError, RemoteError

pytestmark = pytest.mark.unit

STATUS = {
    "PamError": 422,
    "ExpectedError": 422,
    "InvalidRequestError": 422,
    "ApprovalNeededError": 422,
    "RemoteError": 422,
    "NotAuthenticatedError": 401,
    "NotPermittedError": 403,
    "NotFoundError": 404,
    "ConflictError": 409,
    "OverloadedError": 429,
    "AwayError": 503,
    "UnavailableError": 503,
    "ExternalUnavailableError": 503,
}

KINDS = {kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PamError)}


class Question(BaseModel):
    """What the little application is asked."""

    number: int


def told(error: Exception | None = None):
    """Return a client of an application in which this goes wrong."""
    app = FastAPI()
    problems.install(app)

    @app.post("/")
    async def fail(question: Question) -> dict[str, int]:
        if error is not None:
            raise error
        return {"number": question.number}

    transport = httpx.ASGITransport(Door(app, 1000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://pam")


async def answer(error: Exception, **more) -> httpx.Response:
    async with told(error) as client:
        return await client.post("/", json={"number": 1}, **more)


def made(kind: type[PamError]) -> PamError:
    if kind is RemoteError:
        return RemoteError(Problem(code="no", category=Category.USER, message="A sentence."))
    return kind("A sentence.")


def test_every_error_has_its_status():
    """R-O1: a new kind of error is given a status on purpose."""
    assert set(KINDS) == set(STATUS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_an_error_is_told_as_problem_details_with_its_status(kind):
    """R-O1: RFC 9457, with code, category and the request's id; what is temporary says when to come back."""
    error = made(kind)
    response = await answer(error, headers={"X-Request-ID": "request 1"})
    body = response.json()
    assert response.status_code == body["status"] == STATUS[kind.__name__]
    assert response.headers["content-type"] == "application/problem+json"
    assert (body["detail"], body["code"]) == ("A sentence.", error.problem.code)
    assert (body["category"], body["request_id"]) == (error.problem.category, "request 1")
    assert response.headers["x-request-id"] == "request 1"
    assert ("retry-after" in response.headers) is error.problem.temporary
    assert ("www-authenticate" in response.headers) is (response.status_code == 401)


async def test_another_services_trouble_that_passes_is_told_as_such():
    """R-O1: what was temporary over there is temporary here."""
    problem = Problem(code="away", category=Category.SYSTEM, message="Later.", advice=Advice.TRY_LATER, retry_after=7.2)
    response = await answer(RemoteError(problem))
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")


async def test_an_error_of_ours_tells_nothing_of_its_inside():
    """R-O1: safe text to the member, everything to the log."""
    response = await answer(RuntimeError("the password is secret"))
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"number": "many"}', 422, "invalid_request"),
        (b"{", 422, "invalid_request"),
        (b"", 422, "invalid_request"),
        (b'{"number": 1}' + b" " * 1000, 413, "body_too_large"),
    ],
)
async def test_a_bad_body_is_refused_with_what_is_wrong(body, status, code):
    """R-S2: sizes and shapes are checked, and the client is told."""
    async with told() as client:
        response = await client.post("/", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


async def test_what_is_not_there_is_a_problem_too():
    """R-O1: also what the framework refuses is told in our shape."""
    async with told() as client:
        responses = [await client.get("/nowhere"), await client.get("/")]
    assert [(one.status_code, one.json()["code"]) for one in responses] == [
        (404, "not_found"),
        (405, "method_not_allowed"),
    ]


@pytest.mark.parametrize("given", ["", "x" * 101, "a\x7fb"])
async def test_a_request_id_that_is_none_is_replaced(given):
    """R-O2: nobody writes into our logs what they like."""
    async with told() as client:
        response = await client.post("/", json={"number": 1}, headers={"X-Request-ID": given})
    assert len(response.headers["x-request-id"]) == 36
