"""The chat socket: one connected client of ``pam.v1``."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from pam_gateway.acceptance import Acceptance, Incoming
from pam_gateway.limits import Limits
from pam_gateway.live_feed import Frame, LiveFeed
from pam_gateway.mode import banner, mode_of
from pam_gateway.replay import Replay, resume
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.channel import Channel
from pam_gateway.sockets.outbound import Outbound
from pam_shared.bus.discovery import Directory
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CLIENT_FRAME, CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.problems import Category, Problem
from pam_shared.errors import InvalidRequestError, OverloadedError, PamError, problem_of
from pam_shared.identity import ACCESS, Verifier
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log

STRIKES = 3


class Closing(Exception):  # noqa: N818 - not an error: the way out of the reading loop
    """The socket is to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Hall:
    """What all sockets share."""

    settings: GatewaySettings
    verifier: Verifier
    acceptance: Acceptance
    replay: Replay
    feed: LiveFeed
    limits: Limits
    directory: Directory


class ChatSocket:
    """One client. The reading side runs in :meth:`run`; the writing side is the outbound queue's task."""

    def __init__(self, socket: WebSocket, user: UUID, hall: Hall) -> None:
        self._socket = socket
        self._user = user
        self._hall = hall
        self._channels: dict[UUID, Channel] = {}
        self._budget = hall.limits.frame_budget(hall.settings.frames_per_second, hall.settings.frames_burst)
        self._strikes = 0
        self._rejoining: set[asyncio.Task[None]] = set()
        self._who: Identity | None = None
        self._reading: asyncio.Task[None] | None = None
        self.outbound = Outbound(socket, hall.settings)
        self.last_message = time.monotonic()

    @property
    def who(self) -> Identity:
        """The member, known after hello."""
        if self._who is None:
            raise Closing(CloseCode.NO_HELLO, "The first frame must be hello.")
        return self._who

    async def run(self, admit: Callable[["ChatSocket", Identity], None]) -> None:
        """Serve the client until it goes or has to go. ``admit`` may refuse it once it is known."""
        self._reading = asyncio.current_task()
        try:
            await self._greet(admit)
            while True:
                await self._handle(await self._receive())
        except Closing as closing:
            self.outbound.close(closing.code, str(closing))
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("a socket failed")
            self.outbound.close(CloseCode.INTERNAL, "Something went wrong on our side.")
        finally:
            await self._leave()

    def sweep(self, now: float) -> None:
        """Close the socket when its time is over: token expired, session revoked, or idle without a running turn.

        A peer that does not answer the close is left: the reading side is cancelled.
        """
        settings = self._hall.settings
        if self.outbound.done and self._reading is not None:
            self._reading.cancel()
        if self._who is None:
            return
        if self._who.session in self._hall.verifier.revoked:
            self.outbound.close(CloseCode.FORBIDDEN, "You were signed out.")
        elif self._who.expires_at <= time.time():
            self.outbound.close(CloseCode.TOKEN_EXPIRED, "The token has expired; refresh it and resume.")
        elif now - self.last_message > settings.idle_after and not self._is_running():
            self.outbound.close(CloseCode.IDLE, "Nothing happened for a while.")

    def _is_running(self) -> bool:
        return any(channel.running for channel in self._channels.values())

    async def _greet(self, admit: Callable[["ChatSocket", Identity], None]) -> None:
        try:
            async with asyncio.timeout(self._hall.settings.hello_within):
                hello = await self._receive()
        except TimeoutError:
            raise Closing(CloseCode.NO_HELLO, "No hello came in time.") from None
        if not isinstance(hello, frames.Hello):
            raise Closing(CloseCode.NO_HELLO, "The first frame must be hello.")
        who = self._verified(hello.token)
        if who.user != self._user and not who.is_admin:
            raise Closing(CloseCode.FORBIDDEN, "This socket belongs to another member.")
        admit(self, who)
        self._who = who
        await self._hall.feed.join(who.user, self._hear)
        mode = mode_of(self._hall.directory)
        settings = self._hall.settings
        self.outbound.put(
            frames.Welcome(
                user=who.user,
                session=who.session,
                ping_interval=settings.ping_interval,
                max_frame=settings.frame_max,
                expires_at=who.expires_at,
                mode=mode,
                banner=banner(mode),
            )
        )

    def _verified(self, token: str) -> Identity:
        try:
            return self._hall.verifier.verify(token, ACCESS)
        except PamError as error:
            raise Closing(CloseCode.TOKEN, str(error)) from error

    async def _receive(self) -> object:
        """Return the next frame that is one. What is none is answered, and the third time the socket is closed."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            text = message.get("text")
            if text is None:
                raise Closing(CloseCode.BINARY, "Only text frames are understood.")
            wait = self._budget.take()
            if wait:
                self._refuse(OverloadedError("Too many frames.", retry_after=round(wait, 2)).problem)
                continue
            frame = self._read(text)
            if frame is not None:
                return frame

    def _read(self, text: str) -> object | None:
        try:
            frame = CLIENT_FRAME.validate_json(text)
        except ValidationError as error:
            self._tell_fault(error, text)
            return None
        metrics.FRAMES.labels(frame.type).inc()
        return frame

    def _tell_fault(self, error: ValidationError, text: str) -> None:
        fault = error.errors(include_url=False)[0]
        if fault["type"] == "union_tag_invalid":
            tag = str(fault.get("ctx", {}).get("tag", ""))[:40]
            self._refuse(_user_problem("unknown_type", f"There is no frame of type {tag!r}."))
            return
        self._strikes += 1
        if fault["type"] == "json_invalid":
            problem = _user_problem("bad_frame", "The frame is not JSON.")
        else:
            where = ".".join(str(part) for part in fault["loc"][1:]) or "type"
            problem = _user_problem("bad_frame", f"{where}: {fault['msg'].lower()}.")
        self._refuse(problem, _message_id(text))
        if self._strikes >= STRIKES:
            raise Closing(CloseCode.BAD_FRAME, "Too many bad frames.")

    def _refuse(self, problem: Problem, message: UUID | None = None) -> None:
        self.outbound.put(frames.Error.of(problem, message))

    async def _handle(self, frame: object) -> None:
        """Do what a frame asks for; what cannot be done is answered with an error."""
        message = frame.id if isinstance(frame, frames.Send) else None
        try:
            match frame:
                case frames.Ping():
                    self.outbound.put(frames.Pong(n=frame.n))
                case frames.Send():
                    await self._send(frame)
                case frames.Open():
                    await self._open(frame)
                case frames.Close():
                    self._channels.pop(frame.conversation, None)
                case frames.Refresh():
                    self._refresh(frame)
                case frames.Hello():
                    raise InvalidRequestError("You said hello already.", code="bad_frame")
        except PamError as error:
            self._refuse(problem_of(error), message)

    async def _send(self, frame: frames.Send) -> None:
        self.last_message = time.monotonic()
        await self._hall.limits.count("messages", str(self.who.user))
        message = Incoming(frame.id, frame.conversation, frame.text, frame.context, request_id=str(uuid4()))
        channel = self._channels.get(frame.conversation)
        if channel:
            channel.hold()
        try:
            duplicate = await self._hall.acceptance.accept(self.who, message)
            self.outbound.put(frames.Ack(id=frame.id, conversation=frame.conversation, duplicate=duplicate))
        finally:
            if channel:
                channel.release()

    async def _open(self, frame: frames.Open) -> None:
        if frame.conversation not in self._channels and len(self._channels) >= self._hall.settings.open_conversations:
            most = self._hall.settings.open_conversations
            raise InvalidRequestError(f"At most {most} conversations can be open on a socket.", code="too_many_open")
        await self._hall.acceptance.check_access(self.who, frame.conversation)
        channel = self._channels[frame.conversation] = Channel(frame.conversation, self.outbound, self._on_hole)
        channel.position = frame.position
        try:
            await self._join(channel, self._opened)
        except PamError:
            self._channels.pop(frame.conversation, None)
            raise

    async def _join(self, channel: Channel, opened: Callable[[Channel, bool], None]) -> None:
        """Bring a channel from its position to now: by what LIVE holds, else by a snapshot."""
        kept = await self._hall.replay.kept(self.who.user, channel.conversation)
        resumption = resume(channel.position, kept)
        page = None
        if not resumption.recovered:
            page = await self._hall.replay.history(self.who, channel.conversation)
        channel.position = resumption.position
        opened(channel, resumption.recovered)
        if page is not None:
            self.outbound.put(
                frames.Snapshot(
                    conversation=channel.conversation,
                    position=resumption.position,
                    messages=page.messages,
                    next_cursor=page.next_cursor,
                )
            )
        channel.join(resumption)

    def _opened(self, channel: Channel, recovered: bool) -> None:  # noqa: FBT001 - the callback's second value
        self.outbound.put(
            frames.Opened(conversation=channel.conversation, position=channel.position, recovered=recovered)
        )

    def _on_hole(self, channel: Channel) -> None:
        """Something between agent and here was lost: join again from the last position, by snapshot if need be."""
        log.warning("a hole in the live events", conversation=str(channel.conversation))
        task = asyncio.create_task(self._rejoin(channel))
        self._rejoining.add(task)
        task.add_done_callback(self._rejoining.discard)

    async def _rejoin(self, channel: Channel) -> None:
        def opened(channel: Channel, recovered: bool) -> None:  # noqa: FBT001 - as above
            if not recovered:
                self._opened(channel, recovered)

        try:
            await self._join(channel, opened)
        except PamError as error:
            log.warning("a hole could not be filled", reason=str(error))
            self.outbound.close(CloseCode.POSITION_LOST, "Events were lost; reconnect and resume.")

    def _refresh(self, frame: frames.Refresh) -> None:
        who = self._verified(frame.token)
        if who.user != self.who.user:
            raise Closing(CloseCode.FORBIDDEN, "This token belongs to another member.")
        self._who = who

    def _hear(self, frame: Frame) -> None:
        channel = self._channels.get(frame.conversation)
        if channel is not None:
            channel.hear(frame)

    async def _leave(self) -> None:
        for task in tuple(self._rejoining):
            task.cancel()
        if self._who is not None:
            await self._hall.feed.leave(self._who.user, self._hear)
        await self.outbound.finish()


def _user_problem(code: str, message: str) -> Problem:
    return Problem(code=code, category=Category.USER, message=message)


def _message_id(text: str) -> UUID | None:
    """Return the id a faulty frame names, so that the client knows which message is meant."""
    try:
        return frames.MESSAGE_REFERENCE.validate_json(text).id
    except ValidationError:
        return None
