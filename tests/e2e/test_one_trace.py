"""One message, one trace: through every service's spans and log lines."""

import httpx
import pytest

from tests.harness.client import sign_up, talking
from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack

SERVICES = {"gateway", "agent", "tools-budget", "persistence"}


async def test_one_trace_id_runs_through_all_services_and_their_logs(scripted: Stack):
    """R-O2, R-O3: the spans of gateway, agent, worker and persistence share a trace, and so do their log lines."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, "I spent $45 on gas")
        await wire.turn()

    def trace() -> str:
        lines = scripted.log_lines("gateway")
        return next((line["trace_id"] for line in lines if line.get("turn") == message), "")

    trace_id = await eventually(trace)

    def spans() -> bool:
        return {span["service"] for span in scripted.spans() if span["trace_id"] == trace_id} == SERVICES

    await eventually(spans)
    await eventually(lambda: all(logged(scripted, service, trace_id) for service in SERVICES))


def logged(stack: Stack, service: str, trace_id: str) -> bool:
    return any(line.get("trace_id") == trace_id for line in stack.log_lines(service))


async def test_no_metric_names_a_member(scripted: Stack):
    """R-O4: the member's id and the conversation's are in none of the labels."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "I spent $45 on gas")
        await wire.turn()
    exposed = [await metrics(scripted, service) for service in sorted(SERVICES)]
    assert "pam_tool_calls_total" in "".join(exposed)
    assert "pam_turns_total" in "".join(exposed)
    for text in exposed:
        assert person.user not in text
        assert conversation not in text


async def metrics(stack: Stack, service: str) -> str:
    port = stack.metrics_port(service)
    async with httpx.AsyncClient() as http:
        return (await http.get(f"http://127.0.0.1:{port}/metrics")).text
