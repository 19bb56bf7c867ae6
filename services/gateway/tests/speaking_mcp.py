"""An MCP client of a member, and plain requests to where it talks to."""

from contextlib import asynccontextmanager

import httpx
import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.harness.waiting import eventually

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}
MINE = {"where_am_i", "set_mark", "read_mark", "erase_marks"}
OURS = MINE | {"survey_marks", "find_north"}


@asynccontextmanager
async def talking(url, person, mode="auto"):
    """Connect as an MCP client with the member's token, once the compass is known."""
    authorization = {"Authorization": f"Bearer {person.access_token()}"}
    async with (
        httpx2.AsyncClient(headers=authorization, timeout=30) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode, cache=None) as client,
    ):
        await eventually(lambda: listed(client))
        yield client


async def listed(client):
    """Return the compass's tools by name."""
    return {tool.name: tool for tool in (await client.list_tools()).tools if tool.name in OURS}


async def post(url, headers, body=PING, **more):
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        return await http.post("/mcp", json=body, headers=ACCEPT | headers, **more)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
