"""A turn in conversations in which much was said before: from a client's ``send`` to ``RUN_FINISHED``."""

import argparse
import asyncio

import uvloop

from tests.bench.report import Timing, measured
from tests.bench.whole_turn import Member, members

TALKS = 6
TURNS = 20


async def run(url: str, exchanges: int) -> Timing:
    """Say so much in a few conversations, then measure one turn at a time in each."""
    async with members(url, TALKS) as people:
        await asyncio.gather(*(_talk(person, exchanges) for person in people))
        latencies = [await person.turn(0) for _ in range(TURNS) for person in people]
    return measured(latencies, len(latencies), sum(latencies))


async def _talk(person: Member, exchanges: int) -> None:
    await person.prepare(1)
    for _ in range(exchanges):
        await person.turn(0)


def main() -> None:
    """Measure; print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--exchanges", type=int, required=True)
    given = parser.parse_args()
    print(uvloop.run(run(given.url, given.exchanges)).model_dump_json())


if __name__ == "__main__":
    main()
