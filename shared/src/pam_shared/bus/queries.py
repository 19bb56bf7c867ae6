"""Typed questions and answers over request-reply. An answer is a model, or the problem that kept it away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pam_shared.bus.connection import Bus
from pam_shared.bus.requests import Handler, Request, with_deadline
from pam_shared.contracts.problems import Problem
from pam_shared.errors import InvalidRequestError, PamError, RemoteError, problem_of
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import inject

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer", bound=BaseModel)


class Reply(BaseModel):
    """The envelope of an answer: one of the two is there."""

    answer: dict[str, object] | None = None
    problem: Problem | None = None


def answering(model: type[Question], method: Callable[[Request, Question], Awaitable[BaseModel]]) -> Handler:
    """Return a handler that reads the question, asks ``method`` and replies, whatever happens."""

    async def handle(request: Request) -> bytes:
        try:
            answer = await method(request, _read(model, request.body))
        except Exception as error:
            if not isinstance(error, PamError):
                log.exception("a query failed")
            return Reply(problem=problem_of(error)).model_dump_json(exclude_none=True).encode()
        return b'{"answer":' + answer.model_dump_json().encode() + b"}"

    return handle


async def ask(
    bus: Bus, subject: str, question: BaseModel, answer: type[Answer], headers: dict[str, str], within: float = 5.0
) -> Answer:
    """Ask a question and return its answer.

    Raises UnavailableError when nobody answered, RemoteError with the other side's problem when it said no.
    """
    values = with_deadline(dict(headers), within)
    inject(values)
    body = await bus.request(subject, question.model_dump_json().encode(), values, within)
    reply = Reply.model_validate_json(body)
    if reply.problem is not None:
        raise RemoteError(reply.problem)
    return answer.model_validate(reply.answer)


def _read(model: type[Question], body: bytes) -> Question:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidRequestError(f"This is not a {model.__name__}: {error.error_count()} fields are wrong.") from error
