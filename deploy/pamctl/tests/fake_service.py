"""A service that does nothing but answer: $SRV.PING on NATS and, when it is the gateway, HTTP.

Its name is its NATS user. With FAKE_STUBBORN=<name> the service of that name ignores SIGTERM.
"""

import asyncio
import json
import os
import signal
import time
from urllib.parse import urlsplit

import nats

SERVERS = os.environ["PAM_NATS_URL"].split(",")
NAME = urlsplit(SERVERS[0]).username
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def main() -> None:
    """Answer until SIGTERM."""
    stop = asyncio.Event()
    heard = stop.set if os.environ.get("FAKE_STUBBORN") != NAME else (lambda: None)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, heard)
    connection = await nats.connect(SERVERS, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    reply = json.dumps({"name": NAME, "pid": os.getpid(), "environment": dict(os.environ)}).encode()

    async def answer(message):
        await message.respond(reply)

    await connection.subscribe(f"$SRV.PING.{NAME}", cb=answer)
    if "PAM_PORT" in os.environ:
        await asyncio.start_server(answer_http, os.environ["PAM_HOST"], int(os.environ["PAM_PORT"]))
    await stop.wait()
    print(json.dumps({"stopping": time.monotonic()}), flush=True)


async def answer_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say yes to everything."""
    await reader.readline()
    writer.write(OK)
    await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main())
