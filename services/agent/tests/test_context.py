"""The member's context on a real server: no source is waited for beyond its deadline, what is kept is kept fresh."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from pam_agent.breaker import FAILURES, Breaker
from pam_agent.context import retrieval
from pam_agent.context.contexts import Contexts
from pam_agent.context.retrieval import Reach
from pam_agent.context.sources import SOURCES
from pam_agent.errand import Errand
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import EventEnvelope, MemberSignedIn
from pam_shared.contracts.tools import Outcome, ToolReply
from pam_shared.errors import InvalidRequestError
from tests.harness.waiting import eventually

ALL = [source.name for source in SOURCES]
BY_NAME = {source.name: source for source in SOURCES}
NONSENSE = [b"", b"not JSON", b"[1]", b'{"outcome": "ok", "data": {"vehicles": 7}}', b'{"outcome": "failed"}']


def vehicles(*names) -> bytes:
    data = {"vehicles": [{"name": name} for name in names]}
    return ToolReply(outcome=Outcome.OK, data=data).model_dump_json().encode()


class World:
    """A member's turns, the sources as they behave now, and how often each was asked."""

    def __init__(self, bus, contexts, person) -> None:
        self.bus, self.contexts, self.person = bus, contexts, person
        self.asked: Counter[str] = Counter()
        self.answers: dict[str, bytes] = {}
        self.delays: dict[str, float] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.now = datetime.now(UTC)
        self.workers = frozenset({"one"})
        self._answering: set[asyncio.Task[None]] = set()

    async def have(self, name, answer, delay=0.0) -> None:
        """Let somebody answer for a source from now on."""
        self.answers[name], self.delays[name] = answer, delay

        async def on(message):
            self.asked[name] += 1
            task = asyncio.create_task(self._answer(name, message))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

        await self.bus.nats.subscribe(BY_NAME[name].subject, cb=on)
        await self.bus.jetstream.account_info()  # an answer over this connection: the subscription is in place

    async def _answer(self, name, message) -> None:
        await self.open.wait()
        await asyncio.sleep(self.delays[name])
        await message.respond(self.answers[name])

    async def turn(self):
        """Take the snapshot of a turn."""
        turn = uuid4()
        values = {headers.IDENTITY: self.person.token(turn=turn)}
        errand = Errand(user=self.person.user, conversation=uuid4(), sequence=1, delivered=1, headers=values)
        return await self.contexts.begin(errand, turn, self.now)

    async def happens(self, subject, user, **data) -> None:
        """Publish a domain event as a worker's outbox does."""
        event = EventEnvelope(id=uuid4(), user=user, occurred_at=self.now, data=data)
        await self.bus.publish(topology.EVENTS, subject, event.model_dump_json().encode(), {})


@pytest.fixture
async def world(bus, connect, new_person):
    agent = await connect("agent")
    contexts = Contexts(agent, Reach(lambda _: world.workers, Breaker(lambda _: None)), lambda: world.now)
    world = World(bus, contexts, new_person())
    await contexts.start()
    await agent.jetstream.account_info()
    yield world
    await contexts.stop()
    for task in tuple(world._answering):
        task.cancel()


async def test_where_nobody_answers_the_context_is_the_default(world):
    """R-A6: workers that are not there, such as one that is not deployed, cost a turn nothing but their part."""
    known = await world.turn()
    assert known.missing == ALL
    assert known.told["member"] == [f"Not known right now: {', '.join(ALL)}."]


async def test_a_source_that_is_silent_is_not_waited_for(world):
    """R-A6: every source hangs for as long as the snapshot is not taken, and it is taken all the same."""
    world.open.clear()
    for name in ALL:
        await world.have(name, vehicles("Bus"))
    async with asyncio.timeout(2.0):
        known = await world.turn()
    assert known.missing == ALL
    assert set(world.asked) == set(ALL), "all were asked at once"


async def test_what_no_worker_offers_is_not_asked_for(world):
    """R-A6: what is not deployed costs a turn nothing."""
    await world.have("vehicles", vehicles("Bus"))
    world.workers = frozenset()
    assert (await world.turn()).missing == ALL
    assert not world.asked


async def test_a_source_that_broke_again_and_again_is_left_alone_until_others_offer_it(world):
    """R-T2: five failures, and no turn waits for it any more."""
    await world.have("vehicles", NONSENSE[0])
    for _ in range(FAILURES + 2):
        await world.turn()
    assert world.asked["vehicles"] == FAILURES
    world.answers["vehicles"], world.workers = vehicles("Bus"), frozenset({"two"})
    assert (await world.turn()).vehicles


async def test_a_source_that_refuses_is_asked_again(world):
    """R-T2: one member's token that ran out closes no source to the others."""
    refusal = ToolReply.failure(InvalidRequestError("No.").problem).model_dump_json().encode()
    await world.have("vehicles", refusal)
    for _ in range(FAILURES + 2):
        assert "vehicles" in (await world.turn()).missing
    assert world.asked["vehicles"] == FAILURES + 2


async def test_a_late_source_is_waited_for_once_and_not_by_every_turn(world, monkeypatch):
    """R-A6: the second greeting does not wait again for what kept the first one back; what came meanwhile it has."""
    world.open.clear()
    await world.have("vehicles", vehicles("Bus"))
    assert "vehicles" in (await world.turn()).missing
    monkeypatch.setattr(retrieval, "WITHIN", 60.0)
    async with asyncio.timeout(2.0):
        assert "vehicles" in (await world.turn()).missing
    world.open.set()
    await eventually(lambda: _has_vehicles(world))


@pytest.mark.parametrize("slow", [15.0, 30.0, 10.0])
async def test_one_slow_source_keeps_no_other_back(world, slow):
    """R-A6: the look-ups that once took 15, 30 and 10 s, one after the other, before a greeting was answered."""
    await world.have("profile", vehicles(), delay=slow)
    await world.have("vehicles", vehicles("Bus"))
    async with asyncio.timeout(2.0):
        known = await world.turn()
    assert [vehicle.name for vehicle in known.vehicles] == ["Bus"]
    assert "profile" in known.missing


async def test_what_comes_too_late_for_one_turn_is_there_for_the_next(world):
    """R-D2: the load belongs to the cache, not to the turn that could not wait."""
    world.open.clear()
    await world.have("vehicles", vehicles("Bus"))
    assert "vehicles" in (await world.turn()).missing
    world.open.set()
    await eventually(lambda: _has_vehicles(world))
    assert world.asked["vehicles"] == 1


async def _has_vehicles(world) -> bool:
    return bool((await world.turn()).vehicles)


@pytest.mark.parametrize("answer", NONSENSE)
async def test_nonsense_counts_as_no_answer(world, answer):
    """R-A6: the snapshot is validated; what cannot be read, or is a failure, is missing."""
    await world.have("vehicles", answer)
    assert "vehicles" in (await world.turn()).missing


async def test_who_asks_at_once_asks_once_and_is_answered_from_memory_then(world):
    """R-D2: single flight on a miss; nothing is asked again while it is fresh."""
    await world.have("vehicles", vehicles("Bus"), delay=0.05)
    for known in await asyncio.gather(*(world.turn() for _ in range(20))):
        assert [vehicle.name for vehicle in known.vehicles] == ["Bus"]
    world.open.clear()
    assert (await world.turn()).vehicles
    assert world.asked["vehicles"] == 1


async def test_members_do_not_share_what_is_known_of_them(world, new_person):
    """G6: the same source, the same cache, another member."""
    await world.have("vehicles", vehicles("Bus"))
    await world.turn()
    world.person, world.answers["vehicles"] = new_person(), vehicles("Boat")
    assert [vehicle.name for vehicle in (await world.turn()).vehicles] == ["Boat"]


async def test_an_event_of_its_domain_makes_a_part_new(world, new_person):
    """R-D2: a member's change is seen by their next turn; another's changes nothing."""
    await world.have("vehicles", vehicles("Bus"))
    await world.turn()
    world.answers["vehicles"] = vehicles("Van")
    for subject, user in (("vehicle_added", new_person().user), ("vehicle_added", world.person.user)):
        assert [vehicle.name for vehicle in (await world.turn()).vehicles] == ["Bus"]
        await world.happens(subjects.event("account", subject), user)
    await eventually(lambda: _drives(world, "Van"))


async def _drives(world, name) -> bool:
    return [vehicle.name for vehicle in (await world.turn()).vehicles] == [name]


async def test_a_message_makes_its_recipients_letters_new(world, new_person):
    """R-D2: the event is the sender's, what it changes is the recipient's."""
    await world.have("letters", ToolReply(outcome=Outcome.OK, data={"messages": []}).model_dump_json().encode())
    await world.turn()
    subject = subjects.event("social", "message_sent")
    await world.happens(subject, new_person().user, recipient_id=str(world.person.user))

    async def asked_again():
        await world.turn()
        return world.asked["letters"] > 1

    await eventually(asked_again)


async def test_what_is_old_is_told_with_its_age_while_its_source_is_away(world):
    """R-A6: known 20 minutes ago is better than unknown, and said as such."""
    await world.have("vehicles", vehicles("Bus"))
    await world.turn()
    world.now += timedelta(minutes=20)
    world.open.clear()
    known = await world.turn()
    assert (known.stale, known.missing.count("vehicles")) == (["vehicles"], 0)
    assert known.told["member"][0].startswith("vehicles (20 min old, may be out of date): ")


async def test_after_the_connection_was_lost_everything_is_asked_anew(world):
    """R-D2: events may have been missed meanwhile."""
    await world.have("vehicles", vehicles("Bus"))
    await world.turn()
    world.answers["vehicles"] = vehicles("Van")
    await world.contexts._bus._on_reconnected()
    assert [vehicle.name for vehicle in (await world.turn()).vehicles] == ["Van"]


async def test_who_signs_in_is_expected(world):
    """R-D2: warmed at sign-in; the first turn finds what the sources told before they fell silent."""
    await world.have("vehicles", vehicles("Bus"))
    body = MemberSignedIn(user=world.person.user).model_dump_json().encode()
    values = {headers.IDENTITY: world.person.token(turn=uuid4())}
    await world.bus.nats.publish(subjects.MEMBER_SIGNED_IN, body, headers=values)
    await eventually(lambda: world.asked["vehicles"])
    await eventually(lambda: not world.contexts._warming)
    world.open.clear()
    assert (await world.turn()).vehicles


async def test_what_cannot_be_read_is_passed_over(world):
    """R-A6: neither a malformed event nor a malformed sign-in ends the following of the others."""
    await world.have("vehicles", vehicles("Bus"))
    await world.turn()
    for subject in (subjects.MEMBER_SIGNED_IN, subjects.event("account", "vehicle_added")):
        await world.bus.nats.publish(subject, orjson.dumps({"user": "nobody"}))
    world.answers["vehicles"] = vehicles("Van")
    await world.happens(subjects.event("account", "vehicle_added"), world.person.user)
    await eventually(lambda: _drives(world, "Van"))
