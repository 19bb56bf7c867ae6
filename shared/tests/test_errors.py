"""Errors, sorted by who must act."""

import pytest

from pam_shared import errors
from pam_shared.contracts.problems import Advice, Category, Problem
from pam_shared.contracts.tools import Outcome, ToolReply

pytestmark = pytest.mark.unit

EXPECTED = [
    (errors.InvalidRequestError, "invalid_request", Category.USER, Advice.CORRECT_ARGUMENTS),
    (errors.NotFoundError, "not_found", Category.USER, Advice.GIVE_UP),
    (errors.ConflictError, "conflict", Category.USER, Advice.GIVE_UP),
    (errors.NotPermittedError, "forbidden", Category.USER, Advice.GIVE_UP),
    (errors.NotAuthenticatedError, "not_authenticated", Category.USER, Advice.GIVE_UP),
    (errors.ApprovalNeededError, "approval_needed", Category.USER, Advice.ASK_MEMBER),
    (errors.UnavailableError, "unavailable", Category.SYSTEM, Advice.TRY_LATER),
    (errors.ExternalUnavailableError, "external_unavailable", Category.EXTERNAL, Advice.TRY_LATER),
    (errors.OverloadedError, "rate_limited", Category.SYSTEM, Advice.TRY_LATER),
]


@pytest.mark.parametrize(("kind", "code", "category", "advice"), EXPECTED)
def test_an_errors_class_says_who_must_act(kind, code, category, advice):
    """R-O1: user, system, external."""
    problem = errors.problem_of(kind("A sentence.", retry_after=2.5))
    assert problem == Problem(code=code, category=category, message="A sentence.", advice=advice, retry_after=2.5)
    assert problem.temporary == issubclass(kind, errors.UnavailableError)
    assert Problem.model_validate_json(problem.model_dump_json()) == problem


@pytest.mark.parametrize(("kind", "advice"), [(row[0], row[3]) for row in EXPECTED])
def test_a_tool_that_cannot_answer_now_is_told_apart_from_one_that_failed(kind, advice):
    """R-T5: "not available" and "failed" are two outcomes."""
    reply = ToolReply.failure(kind("No.").problem)
    assert reply.outcome is (Outcome.UNAVAILABLE if advice is Advice.TRY_LATER else Outcome.FAILED)
    assert (reply.success, reply.message) == (False, "No.")


def test_an_errors_own_code_wins():
    """R-O1: classes say who acts, codes say what happened."""
    assert errors.UnavailableError("Nobody.", code="no_responders").problem.code == "no_responders"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("password=hunter2"),
        KeyError("/home/pam/secret.py"),
        ValueError("select * from accounts"),
        BaseExceptionGroup("both", [RuntimeError("hunter2")]),
        KeyboardInterrupt("hunter2"),
    ],
)
def test_an_error_of_ours_tells_nothing_of_its_inside(error):
    """R-O1: safe text to the member, everything to the log."""
    problem = errors.problem_of(error)
    assert problem == errors.INTERNAL
    assert (problem.code, problem.category, problem.advice) == ("internal", Category.SYSTEM, Advice.GIVE_UP)
    for word in str(error).split():
        assert word not in problem.model_dump_json()


def test_anothers_problem_is_passed_on_as_it_is():
    """R-O1: what a service says of itself is not rewritten on the way."""
    problem = errors.OverloadedError("Slowly.", retry_after=7).problem
    error = errors.RemoteError(problem)
    assert (errors.problem_of(error), str(error)) == (problem, "Slowly.")
