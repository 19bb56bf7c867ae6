"""Calling a tool whose worker is away."""

from uuid import uuid4

import pytest

from pam_shared.bus.connection import NO_RESPONDERS
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, Outcome, ToolCall, ToolManifest
from pam_shared.tools.caller import PAUSES, OnBehalfOf, ToolCaller

AWAY = ToolManifest(
    name=f"away_{uuid4().hex[:6]}",
    domain="test",
    title="Away",
    description="Does nothing.",
    input_schema={},
    output_schema={},
    effect=Effect.WRITE,
    timeout=1,
    roles=frozenset({Role.MEMBER}),
)


@pytest.mark.parametrize(("given_up", "looks"), [(False, len(PAUSES)), (True, 1)])
async def test_what_reaches_nobody_is_tried_again_until_the_tool_is_given_up(bus, given_up, looks):
    """R-T2: a worker may be on its way back; where others have found that it is not, nobody waits."""
    looked = []

    def is_given_up() -> bool:
        looked.append(given_up)
        return given_up

    who = OnBehalfOf(token="", key=uuid4().hex)
    reply = await ToolCaller(bus).call(AWAY, ToolCall(arguments={}), who, 5, is_given_up)
    assert (reply.outcome, reply.error.code) == (Outcome.UNAVAILABLE, NO_RESPONDERS)
    assert len(looked) == looks


async def test_a_call_that_may_have_had_its_effect_is_tried_again_whatever_others_found(bus):
    """G4: only the answer under its key tells what became of it."""
    heard = []

    async def silent(message) -> None:
        heard.append(message.headers)

    subscription = await bus.nats.subscribe(AWAY.subject, cb=silent)
    quick = AWAY.model_copy(update={"timeout": 0.05})
    reply = await ToolCaller(bus).call(quick, ToolCall(arguments={}), OnBehalfOf("", "a key"), 5, lambda: True)
    await subscription.unsubscribe()
    assert (reply.outcome, reply.error.code) == (Outcome.UNAVAILABLE, "timeout")
    assert len(heard) == 1 + len(PAUSES)
    assert {values["Pam-Idempotency-Key"] for values in heard} == {"a key"}
