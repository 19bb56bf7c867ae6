"""The limit: the anthropic SDK alone, making the two streaming calls of a one-tool turn."""

import argparse
import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import anthropic
import orjson
import uvloop

from pam_agent import prompt as words
from pam_agent.mind import Prompt, Step
from pam_shared.contracts.conversation import ModelReplied, ToolReturned, ToolUseBlock
from pam_shared.contracts.tools import Outcome, ToolManifest, ToolReply
from tests.bench.report import Timing, measured

TEXT = "I spent $45 on gas"


def requests(manifests: list[ToolManifest]) -> list[dict]:
    """Return the two requests of the turn, as the agent makes them."""
    turn = "00000000-0000-4000-8000-000000000000"
    use = ToolUseBlock(id="toolu_1", name="create_expense", input={"amount": 45, "category": "gas"})
    replied = ModelReplied(turn=turn, step=0, content=[use], model="m", base=1)
    reply = ToolReply(outcome=Outcome.OK, message="Recorded $45.00 for gas.", data={"spent_this_month": "45.00"})
    returned = ToolReturned(turn=turn, tool_use_id=use.id, tool=use.name, reply=reply, base=1)
    rounds = [[], [Step(replied, [returned])]]
    prompts = [
        Prompt(TEXT, earlier=[], steps=steps, tools=manifests, now=datetime.now(UTC), zone="UTC") for steps in rounds
    ]
    return [
        {"system": words.system(), "tools": words.tools(manifests), "messages": words.messages(prompt)}
        for prompt in prompts
    ]


async def turn(client: anthropic.AsyncAnthropic, calls: list[dict]) -> None:
    """Make both calls, reading the streams to their ends."""
    for call in calls:
        stream = await client.messages.create(model="claude-sonnet-5-5", max_tokens=2048, stream=True, **call)
        async for _ in stream:
            pass


async def run(url: str, manifests: list[ToolManifest], alone: int, together: int, in_flight: int) -> Timing:
    """Measure one at a time, then many at once."""
    async with anthropic.AsyncAnthropic(
        api_key="x", base_url=url, http_client=anthropic.DefaultAioHttpClient()
    ) as client:
        return await timed(client, manifests, alone, together, in_flight)


async def timed(
    client: anthropic.AsyncAnthropic, manifests: list[ToolManifest], alone: int, together: int, in_flight: int
) -> Timing:
    """Measure with a client that is open."""
    calls = requests(manifests)
    for _ in range(20):
        await turn(client, calls)
    latencies = []
    for _ in range(alone):
        started = time.perf_counter()
        await turn(client, calls)
        latencies.append(time.perf_counter() - started)

    async def several() -> None:
        for _ in range(together // in_flight):
            await turn(client, calls)

    started = time.perf_counter()
    await asyncio.gather(*(several() for _ in range(in_flight)))
    return measured(latencies, together, time.perf_counter() - started)


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--alone", type=int, required=True)
    parser.add_argument("--together", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    manifests = [ToolManifest.model_validate(item) for item in orjson.loads(given.tools.read_bytes())]
    timing = uvloop.run(run(given.url, manifests, given.alone, given.together, given.in_flight))
    print(timing.model_dump_json())


if __name__ == "__main__":
    main()
