"""One delivery, one message, one owner: see the turn's algorithm in ARCHITECTURE.md."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from nats.errors import Error as NatsError

from pam_agent.errand import Errand
from pam_agent.ledger import FencedError
from pam_agent.view import View, Views
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Delivery
from pam_shared.bus.dead_letters import bury
from pam_shared.contracts import subjects
from pam_shared.contracts.conversation import TurnFinished
from pam_shared.errors import UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import bind, log

HEARTBEAT_EVERY = 1.0
NOT_VISIBLE_DELAYS = (0.004, 0.032, 0.256)
READ_AGAIN_AFTER = 0.25
PARKED_NAK = 5.0
NOT_A_MESSAGE = "this entry is not a message"


@dataclass(eq=False)
class Hold:
    """A delivery this process holds. It heartbeats until the message is settled or somebody else has it."""

    delivery: Delivery
    sequence: int
    delivered: int
    seen: float
    renewed: bool = False
    stale: bool = False
    running: bool = False
    task: asyncio.Task[None] | None = None

    def renew(self, delivery: Delivery) -> None:
        """JetStream delivered it here again: it is still ours."""
        self.delivery = delivery
        self.delivered = delivery.metadata.num_delivered or 1
        self.seen = time.monotonic()
        self.renewed = True
        self.stale = False

    @property
    def errand(self) -> Errand:
        """What this delivery asks for."""
        user, conversation = subjects.conversation_of(self.delivery.subject)
        return Errand(
            user=user,
            conversation=conversation,
            sequence=self.sequence,
            delivered=self.delivered,
            headers=dict(self.delivery.headers or {}),
        )

    def lapsed(self, ack_wait: float) -> bool:
        """Whether heartbeats were silent for so long that JetStream has given it to another."""
        return self.stale or time.monotonic() - self.seen > ack_wait


RunTurn = Callable[[View, Hold], Awaitable[None]]
SayAgain = Callable[[View, TurnFinished], Awaitable[None]]


class Ownership:
    """Takes deliveries, parks those whose predecessors are not settled, runs the others, acknowledges the settled."""

    def __init__(
        self,
        bus: Bus,
        views: Views,
        run_turn: RunTurn,
        say_again: SayAgain,
        *,
        slots: int,
        parked: int,
        ack_wait: float,
    ) -> None:
        self._bus = bus
        self._views = views
        self._run_turn = run_turn
        self._say_again = say_again
        self._slots = slots
        self._parked_max = parked
        self._ack_wait = ack_wait
        self._held: dict[int, Hold] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._parked = 0
        self._room = asyncio.Event()
        self._heart: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to heartbeat."""
        self._heart = asyncio.create_task(self._heartbeat())

    async def drain(self, seconds: float) -> None:
        """Let running turns end, give the rest back at once. No delivery may be accepted any more."""
        for hold in list(self._held.values()):
            if not hold.running:
                await self._answer(hold.delivery.nak())
        running = {hold.task for hold in self._held.values() if hold.running and hold.task}
        if running:
            await asyncio.wait(running, timeout=seconds)
        await end(self._tasks)
        if self._heart:
            self._heart.cancel()

    async def accept(self, deliveries: list[Delivery]) -> None:
        """Own deliveries, and return only when there is room for the next. Parked ones take no room."""
        for delivery in deliveries:
            sequence = delivery.metadata.sequence.stream
            hold = self._held.get(sequence)
            if hold is not None:
                hold.renew(delivery)
            else:
                self._own(delivery, sequence)
        while self._busy >= self._slots:
            self._room.clear()
            await self._room.wait()

    def _own(self, delivery: Delivery, sequence: int) -> None:
        delivered = delivery.metadata.num_delivered or 1
        hold = self._held[sequence] = Hold(delivery, sequence, delivered, time.monotonic())
        self._busy += 1
        task = hold.task = asyncio.create_task(self._keep(hold))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, hold: Hold) -> None:
        """Hold a delivery to its end. What fails here comes again after ``ack_wait``."""
        try:
            user, conversation = subjects.conversation_of(hold.delivery.subject)
            with bind(member=str(user), conversation=str(conversation)):
                await self._keep_in(self._views.of(user, conversation), hold)
        except ValueError as error:
            await bury(self._bus, hold.delivery, error)
        except Exception:
            log.exception("a delivery was let go")
        finally:
            if self._held.get(hold.sequence) is hold:
                del self._held[hold.sequence]
            self._busy -= 1
            self._room.set()

    async def _keep_in(self, view: View, hold: Hold) -> None:
        try:
            await self._read(view)
            if hold.sequence in view.state.unreadable:
                raise ValueError(NOT_A_MESSAGE)
            while not view.state.settled(hold.sequence):
                if not view.state.knows(hold.sequence):
                    if not await self._until_visible(view, hold):
                        return
                elif view.state.oldest_unsettled() is not view.state.turn_at(hold.sequence):
                    if not await self._park(view, hold):
                        return
                elif not await self._run(view, hold):
                    return
            await self._settle(view, hold)
        finally:
            view.unfollow()

    async def _read(self, view: View) -> None:
        while True:
            try:
                await view.refresh()
            except UnavailableError as error:
                log.warning("the log cannot be read", reason=str(error))
                await asyncio.sleep(READ_AGAIN_AFTER)
            else:
                return

    async def _until_visible(self, view: View, hold: Hold) -> bool:
        """Read again: a delivery can overtake what a reader sees. One that never shows is not a log entry we know.

        Return whether to go on: a delivery of a conversation that the log knows nothing of is let go.
        """
        for delay in NOT_VISIBLE_DELAYS:
            await asyncio.sleep(delay)
            await self._read(view)
            if view.state.knows(hold.sequence) or view.state.settled(hold.sequence):
                return True
        if view.state.last >= hold.sequence:
            raise ValueError(NOT_A_MESSAGE)
        return view.state.first is not None

    async def _park(self, view: View, hold: Hold) -> bool:
        """Wait for a predecessor without taking room; return whether the delivery is still held."""
        if self._parked >= self._parked_max:
            await self._answer(hold.delivery.nak(delay=PARKED_NAK))
            return False
        self._busy -= 1
        self._parked += 1
        metrics.TURNS_WAITING.inc()
        self._room.set()
        try:
            await view.change.wait()
        finally:
            self._busy += 1
            self._parked -= 1
            metrics.TURNS_WAITING.dec()
        return True

    async def _run(self, view: View, hold: Hold) -> bool:
        """Run the turn if it is ours to run; return whether the delivery is still held."""
        start = view.state.turn_at(hold.sequence).start
        if hold.lapsed(self._ack_wait) or (start is not None and start.delivered >= hold.delivered):
            return False
        hold.running, hold.renewed = True, False
        metrics.TURNS_RUNNING.inc()
        try:
            await self._run_turn(view, hold)
        except FencedError:
            metrics.FENCED.inc()
            log.info("another agent has this turn")
            return hold.renewed
        finally:
            metrics.TURNS_RUNNING.dec()
            hold.running = False
        return True

    async def _settle(self, view: View, hold: Hold) -> None:
        """Acknowledge. A redelivered one may have died between its last entry and its last word: say that again."""
        message: UUID | None = view.state.inputs.get(hold.sequence)
        record = view.state.turns.get(message) if message else None
        if hold.delivered > 1 and record is not None and record.finished is not None:
            await self._say_again(view, record.finished)
        await self._answer(hold.delivery.ack())

    async def _answer(self, answer: Awaitable[None]) -> None:
        """Send an answer to JetStream. One that is lost costs a redelivery, nothing else."""
        try:
            await answer
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("a delivery's answer was lost", error=repr(error))

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            for hold in list(self._held.values()):
                if hold.lapsed(self._ack_wait):
                    hold.stale = True
                if hold.stale and not hold.running:
                    continue
                hold.seen = time.monotonic()
                await self._answer(hold.delivery.in_progress())
