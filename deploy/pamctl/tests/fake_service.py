"""A service that does nothing but answer $SRV.PING: ``python -m fake_service``, or ``… stubborn`` to ignore SIGTERM."""

import asyncio
import json
import os
import signal

import nats

NAME = os.environ.get("FAKE_SERVICE_NAME", "fake")


async def main() -> None:
    """Answer until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    connection = await nats.connect(os.environ["PAM_NATS_URL"], name=NAME)
    reply = json.dumps({"name": NAME, "environment": dict(os.environ)}).encode()

    async def answer(message) -> None:
        await message.respond(reply)

    await connection.subscribe(f"$SRV.PING.{NAME}", cb=answer)
    await stop.wait()
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
