"""The chat socket: one connected client of ``pam.v1``."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import WebSocket, WebSocketDisconnect

from pam_gateway.acceptance import Acceptance, Incoming, answering
from pam_gateway.limits import Limits
from pam_gateway.live_feed import LiveFeed
from pam_gateway.mode import banner, mode_of
from pam_gateway.replay import Replay
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.channels import Channels
from pam_gateway.sockets.inbound import Closing, Inbound
from pam_gateway.sockets.outbound import Outbound
from pam_gateway.sockets.registry import Registry
from pam_gateway.sockets.session import end_of
from pam_shared.bus.discovery import Directory
from pam_shared.contracts import frames
from pam_shared.contracts.conversation import Answered
from pam_shared.contracts.frames import CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.errors import InvalidRequestError, OverloadedError, PamError, problem_of
from pam_shared.identity import ACCESS, Verifier
from pam_shared.telemetry.logs import log

QUIET_FOR = 0.1
QUIET_LOOKS = 20


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
    registry: Registry


@dataclass
class Guest:
    """Who said hello, and what they have open."""

    who: Identity
    channels: Channels


class ChatSocket:
    """One client. The reading side runs in :meth:`serve`; the writing side is the outbound queue's task."""

    def __init__(self, socket: WebSocket, user: UUID, hall: Hall) -> None:
        self._user = user
        self._hall = hall
        self._guest: Guest | None = None
        self._reading: asyncio.Task[None] | None = None
        self.outbound = Outbound(socket, hall.settings)
        budget = hall.limits.frame_budget(hall.settings.frames_per_second, hall.settings.frames_burst)
        self._inbound = Inbound(socket, self.outbound, budget)
        self._handling = asyncio.Lock()
        self._handled = 0
        self._last_message = time.monotonic()

    async def serve(self) -> None:
        """Serve the client until it goes or has to go."""
        with self._hall.registry.attending(self):
            if self._hall.registry.draining:
                await self._hall.registry.turn_away(self)
            await self._run()

    def sweep(self, now: float) -> None:
        """Close the socket when its time is over: token expired, session revoked, or idle without a running turn.

        A peer that does not answer the close is left: the reading side is cancelled.
        """
        if self.outbound.done and self._reading is not None:
            self._reading.cancel()
        guest = self._guest
        if guest is None:
            return
        if end := end_of(guest.who, self._hall.verifier):
            self.outbound.close(*end)
        elif now - self._last_message > self._hall.settings.idle_after and not guest.channels.running:
            self.outbound.close(CloseCode.IDLE, "Nothing happened for a while.")

    async def drain(self, after_ms: int) -> None:
        """Send the client elsewhere, after an answer to all that it has sent."""
        self.outbound.put(frames.Drain(after_ms=after_ms))
        for _ in range(QUIET_LOOKS):
            handled = self._handled
            await asyncio.sleep(QUIET_FOR)
            if handled == self._handled and not self._handling.locked():
                break
        self.outbound.close(CloseCode.DRAIN, "This gateway is going away; reconnect and resume.")

    async def _run(self) -> None:
        self._reading = asyncio.current_task()
        try:
            guest = await self._greet()
            while True:
                frame = await self._inbound.next()
                async with self._handling:
                    await self._handle(guest, frame)
                self._handled += 1
        except Closing as closing:
            self.outbound.close(closing.code, str(closing))
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("a socket failed")
            self.outbound.close(CloseCode.INTERNAL, "Something went wrong on our side.")
        finally:
            await self._leave()

    async def _greet(self) -> Guest:
        try:
            async with asyncio.timeout(self._hall.settings.hello_within):
                hello = await self._inbound.next()
        except TimeoutError:
            raise Closing(CloseCode.NO_HELLO, "No hello came in time.") from None
        if not isinstance(hello, frames.Hello):
            raise Closing(CloseCode.NO_HELLO, "The first frame must be hello.")
        who = self._verified(hello.token)
        if who.user != self._user and not who.is_admin:
            raise Closing(CloseCode.FORBIDDEN, "This socket belongs to another member.")
        try:
            self._hall.registry.admit(self, who)
        except OverloadedError as error:
            raise Closing(CloseCode.TOO_MANY_SOCKETS, str(error)) from error
        channels = Channels(who, self._hall.replay, self.outbound, self._hall.settings.open_conversations)
        self._guest = Guest(who, channels)
        await self._hall.feed.join(who.user, channels)
        self.outbound.put(self._welcome(who))
        return self._guest

    def _welcome(self, who: Identity) -> frames.Welcome:
        mode = mode_of(self._hall.directory)
        return frames.Welcome(
            user=who.user,
            session=who.session,
            ping_interval=self._hall.settings.ping_interval,
            max_frame=self._hall.settings.frame_max,
            expires_at=who.expires_at,
            mode=mode,
            banner=banner(mode),
        )

    def _verified(self, token: str) -> Identity:
        try:
            return self._hall.verifier.verify(token, ACCESS)
        except PamError as error:
            raise Closing(CloseCode.TOKEN, str(error)) from error

    async def _handle(self, guest: Guest, frame: object) -> None:
        """Do what a frame asks for; what cannot be done is answered with an error."""
        message = _named_by(frame)
        try:
            match frame:
                case frames.Ping():
                    self.outbound.put(frames.Pong(n=frame.n))
                case frames.Send():
                    await self._send(guest, _message_of(frame))
                case frames.Answer():
                    await self._send(guest, _answer_of(frame))
                case frames.Cancel():
                    await self._hall.acceptance.cancel(guest.who, frame.conversation, frame.id, str(uuid4()))
                case frames.Open():
                    await self._hall.acceptance.check_access(guest.who, frame.conversation)
                    await guest.channels.open(frame.conversation, frame.position)
                case frames.Close():
                    guest.channels.close(frame.conversation)
                case frames.Refresh():
                    self._refresh(guest, frame)
                case frames.Hello():
                    raise InvalidRequestError("You said hello already.", code="bad_frame")
        except PamError as error:
            self.outbound.put(frames.Error.of(problem_of(error), message))

    async def _send(self, guest: Guest, message: Incoming) -> None:
        self._last_message = time.monotonic()
        await self._hall.limits.count("messages", str(guest.who.user))
        with guest.channels.holding(message.conversation):
            duplicate = await self._hall.acceptance.accept(guest.who, message)
            self.outbound.put(frames.Ack(id=message.id, conversation=message.conversation, duplicate=duplicate))

    def _refresh(self, guest: Guest, frame: frames.Refresh) -> None:
        who = self._verified(frame.token)
        if who.user != guest.who.user:
            raise Closing(CloseCode.FORBIDDEN, "This token belongs to another member.")
        guest.who = who

    async def _leave(self) -> None:
        if self._guest is not None:
            self._guest.channels.leave()
            await self._hall.feed.leave(self._guest.who.user, self._guest.channels)
        await self.outbound.finish()


def _message_of(frame: frames.Send) -> Incoming:
    return Incoming(
        frame.id, frame.conversation, frame.text, frame.context, str(uuid4()), frame.when_busy, frame.answers
    )


def _answer_of(frame: frames.Answer) -> Incoming:
    answered = Answered(approval=frame.approval, decision=frame.decision)
    return answering(frame.conversation, answered, frame.note, str(uuid4()))


def _named_by(frame: object) -> UUID | None:
    """Return what an error about a frame names: the message, or the approval."""
    match frame:
        case frames.Send() | frames.Cancel():
            return frame.id
        case frames.Answer():
            return frame.approval
    return None
