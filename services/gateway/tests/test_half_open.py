"""Peers that are gone without a word, on a real server."""

import asyncio
import struct
import time
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from pam_gateway.main import _server
from pam_gateway.settings import GatewaySettings
from pam_shared.contracts.frames import CloseCode
from tests.harness.stack import free_port
from tests.harness.waiting import eventually

pytestmark = pytest.mark.unit


@asynccontextmanager
async def serving(**about):
    """Serve sockets that say so much to whoever comes, with the gateway's own server; yields the port and the gone."""
    app, gone = FastAPI(), []

    @app.websocket("/{size}")
    async def socket(socket: WebSocket, size: int) -> None:
        await socket.accept()
        await socket.send_text("x" * size)
        try:
            await socket.receive_text()
        except WebSocketDisconnect:
            gone.append(time.monotonic())

    settings = GatewaySettings.model_construct(port=free_port(), **about)
    server = _server(app, settings)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield settings.port, gone
    server.should_exit = True
    await task


async def shaken_hands(port: int, size: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a WebSocket by hand, which from there on does nothing by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET /{size} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    key = "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    writer.write((asked + key).encode())
    return reader, writer


async def test_a_peer_that_does_not_answer_pings_is_found_and_told():
    """R-M3: within interval and timeout it is let go, with the code that says to resume at once."""
    async with serving(ping_interval=0.3, ping_timeout=0.2) as (port, gone):
        started = time.monotonic()
        reader, writer = await shaken_hands(port, 1)
        said = await asyncio.wait_for(reader.read(), 3)
        assert gone[0] - started < 0.3 + 0.2 + 0.3
        assert struct.pack("!H", CloseCode.NO_PONG) in said
        writer.close()


async def test_a_peer_that_reads_nothing_is_cut_off_with_what_it_did_not_read():
    """R-M3: a close waits for what is unsent, and a peer that is gone never takes that."""
    async with serving(ping_interval=0.2, ping_timeout=0.2) as (port, gone):
        _, writer = await shaken_hands(port, 20_000_000)
        writer.transport.pause_reading()
        await eventually(lambda: gone, within=5)
        writer.transport.abort()
