"""The limit of a tool call: nats-py alone, answering requests with a fixed reply."""

import argparse
import asyncio

import nats
import uvloop


async def answer(url: str, subject: str, size: int) -> None:
    """Answer until the process is ended; ``size`` is the reply's, in bytes."""
    connection = await nats.connect(url)
    reply = b"x" * size

    async def respond(message) -> None:
        await message.respond(reply)

    await connection.subscribe(subject, queue="bench", cb=respond)
    await connection.flush()
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the options and answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--subject", required=True)
    parser.add_argument("--size", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(answer(given.url, given.subject, given.size))


if __name__ == "__main__":
    main()
