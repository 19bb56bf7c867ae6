"""The web application: routes, sockets, the page."""

from pathlib import Path
from uuid import UUID

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

from pam_gateway.http import auth, chat, conversations, events, health, me, problems, tools
from pam_gateway.http.desk import Desk
from pam_gateway.http.mcp import PATH, McpEndpoint
from pam_gateway.sockets.chat import ChatSocket, Hall
from pam_shared.contracts.frames import SUBPROTOCOL, CloseCode

WEB = Path(__file__).parent / "web"


def create_app(desk: Desk, hall: Hall, mcp: McpEndpoint) -> FastAPI:
    """Return the application on parts that run already."""
    app = FastAPI(
        title="PAM",
        version="0.1.0",
        description="A companion for people who live on the road.",
        # A message begins its trace where it is accepted; a span around a whole socket would join all of them into one.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.desk = desk
    problems.install(app)
    for module in (auth, me, chat, conversations, events, tools, health):
        app.include_router(module.router)
    app.router.routes.append(Route(PATH, mcp, methods=["POST"], include_in_schema=False))

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    app.mount("/web", StaticFiles(directory=WEB), name="web")

    @app.websocket("/ws/chat/{user}")
    async def chat_socket(socket: WebSocket, user: UUID) -> None:
        origin = socket.headers.get("origin")
        if origin is not None and origin not in desk.settings.origins:
            await socket.close()
            return
        offered = socket.scope.get("subprotocols") or []
        await socket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        if offered and SUBPROTOCOL not in offered:
            await socket.close(CloseCode.VERSION, f"The subprotocol is {SUBPROTOCOL}.")
            return
        await ChatSocket(socket, user, hall).serve()

    return app
