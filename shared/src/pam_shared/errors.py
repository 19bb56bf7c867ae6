"""Errors, sorted by who must act. The class decides ack or nak, the log level and what the model is told."""

from typing import ClassVar

from pam_shared.contracts.problems import Advice, Category, Problem


class PamError(Exception):
    """An error with a sentence that is safe to show. Raise one of the subclasses."""

    category: ClassVar[Category] = Category.UNKNOWN
    advice: ClassVar[Advice] = Advice.GIVE_UP
    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(
            code=code or self.default_code,
            category=self.category,
            message=message,
            advice=self.advice,
            retry_after=retry_after,
        )


class InvalidRequestError(PamError):
    """The caller must act: what was asked is malformed or out of bounds."""

    category = Category.USER
    advice = Advice.CORRECT_ARGUMENTS
    default_code = "invalid_request"


class ExpectedError(PamError):
    """Nobody must act: an outcome that belongs to normal life."""

    category = Category.USER


class NotFoundError(ExpectedError):
    """There is no such thing, or it is somebody else's: the two are told apart by nobody."""

    default_code = "not_found"


class ConflictError(ExpectedError):
    """It exists already, or has changed meanwhile."""

    default_code = "conflict"


class NotPermittedError(ExpectedError):
    """The member is known and may not do this."""

    default_code = "forbidden"


class NotAuthenticatedError(ExpectedError):
    """The token is missing, expired, forged or revoked."""

    default_code = "not_authenticated"


class ApprovalNeededError(PamError):
    """The member must act: this is done only after they said yes."""

    category = Category.USER
    advice = Advice.ASK_MEMBER
    default_code = "approval_needed"


class UnavailableError(PamError):
    """Time must pass: something this depends on is away, slow or full."""

    category = Category.SYSTEM
    advice = Advice.TRY_LATER
    default_code = "unavailable"


class ExternalUnavailableError(UnavailableError):
    """Time must pass: a service outside PAM is away, slow or full."""

    category = Category.EXTERNAL
    default_code = "external_unavailable"


class OverloadedError(UnavailableError):
    """Time must pass: a limit was reached."""

    default_code = "rate_limited"


INTERNAL = Problem(
    code="internal",
    category=Category.SYSTEM,
    message="Something went wrong on our side. It has been noted.",
    advice=Advice.GIVE_UP,
)
"""What anyone is told of an error only a developer can mend."""


def problem_of(error: BaseException) -> Problem:
    """Return what may be told of any error: its own sentence if it is a PamError, else nothing of its inside."""
    return error.problem if isinstance(error, PamError) else INTERNAL


class RemoteError(PamError):
    """Another service said no: its problem, passed on as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class AwayError(UnavailableError):
    """Redis did not answer in time. What it holds is neither known nor changed."""
