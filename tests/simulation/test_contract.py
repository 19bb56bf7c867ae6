"""The simulated server does what the real one does: the same suite passes on both."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from nats.js.api import ConsumerConfig

from pam_shared.bus import connection, log_reader
from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.bus.consumers import Delivery, Pull
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, topology
from pam_shared.contracts.topology import ConsumerSpec
from pam_shared.errors import UnavailableError
from tests.simulation.clock import Loop
from tests.simulation.log import Server
from tests.simulation.network import Broker, Client, Weather
from tests.simulation.seams import patched

ACK_WAIT = 0.6
SHORTER, LONGER = 0.3, 0.9
STREAM = topology.CONVERSATIONS


@dataclass
class Place:
    """A server, real or simulated, with a conversation of one's own and a consumer of its messages."""

    connect: Callable[[], Awaitable[Bus]]
    provision: Callable[[Bus, ConsumerSpec], Awaitable[None]]

    async def open(self):
        self.bus = await self.connect()
        self.stem = f"pam.conversation.{uuid4()}.{uuid4()}"
        spec = ConsumerSpec(uuid4().hex, f"{self.stem}.in", ack_wait=timedelta(seconds=ACK_WAIT))
        await self.provision(self.bus, spec)
        self.consumer = spec.name
        self.reader = LogReader(self.bus, STREAM)
        await self.reader.start()

    async def write(self, kind="in", message_id="", expected=None, body=b"{}") -> tuple[int, bool]:
        values = {headers.MESSAGE_ID: message_id} if message_id else {}
        if expected is not None:
            values |= {headers.EXPECTED_SEQUENCE: str(expected), headers.EXPECTED_SUBJECT: f"{self.stem}.*"}
        return await self.bus.publish(STREAM, f"{self.stem}.{kind}", body, values)

    async def pull(self) -> Pull:
        pull = Pull(await self.connect(), STREAM, self.consumer, 1)
        await pull.start()
        return pull


async def next_within(pull: Pull, seconds: float) -> Delivery | None:
    try:
        async with asyncio.timeout(seconds):
            return await pull.next()
    except TimeoutError:
        return None


async def an_append_behind_the_times_is_refused(place: Place):
    first, _ = await place.write("in")
    second, _ = await place.write("out", "a", expected=first)
    with pytest.raises(StreamRefusedError) as refused:
        await place.write("out", "b", expected=first)
    assert refused.value.code == 10071
    assert await place.write("out", "b", expected=second) == (second + 1, False)


async def the_fence_sees_both_subjects(place: Place):
    first, _ = await place.write("in")
    await place.write("in")
    with pytest.raises(StreamRefusedError):
        await place.write("out", expected=first)


async def a_repeated_id_is_stored_once(place: Place):
    name = uuid4().hex
    sequence, _ = await place.write("in", name)
    assert await place.write("in", name) == (sequence, True)


async def the_fence_is_looked_at_before_the_id(place: Place):
    first, _ = await place.write("in")
    name = uuid4().hex
    second, _ = await place.write("out", name, expected=first)
    with pytest.raises(StreamRefusedError):
        await place.write("out", name, expected=first)
    assert await place.write("out", name, expected=second) == (second, True)


async def what_is_not_acknowledged_comes_again(place: Place):
    sequence, _ = await place.write("in", body=b"hello")
    pull = await place.pull()
    first = await next_within(pull, 1)
    assert (first.metadata.sequence.stream, first.metadata.num_delivered, first.data) == (sequence, 1, b"hello")
    assert await next_within(pull, SHORTER) is None
    again = await next_within(pull, LONGER)
    assert (again.metadata.sequence.stream, again.metadata.num_delivered) == (sequence, 2)
    await again.ack()
    assert await next_within(pull, ACK_WAIT + LONGER) is None


async def an_ack_of_an_old_delivery_counts(place: Place):
    await place.write("in")
    pull = await place.pull()
    old = await next_within(pull, 1)
    assert await next_within(pull, ACK_WAIT + LONGER) is not None
    await old.ack()
    assert await next_within(pull, ACK_WAIT + LONGER) is None


async def a_nak_brings_it_back_at_once_or_later(place: Place):
    await place.write("in")
    pull = await place.pull()
    await (await next_within(pull, 1)).nak()
    again = await next_within(pull, SHORTER)
    await again.nak(delay=ACK_WAIT)
    assert await next_within(pull, SHORTER) is None
    assert (await next_within(pull, LONGER)).metadata.num_delivered == 3


async def progress_keeps_it_away(place: Place):
    await place.write("in")
    pull = await place.pull()
    held = await next_within(pull, 1)
    for _ in range(4):
        assert await next_within(pull, SHORTER) is None
        await held.in_progress()
    assert (await next_within(pull, ACK_WAIT + LONGER)).metadata.num_delivered == 2


async def each_message_goes_to_one_of_those_who_ask(place: Place):
    pulls = [await place.pull(), await place.pull()]
    asking = [asyncio.create_task(next_within(pull, 1)) for pull in pulls]
    await asyncio.sleep(0.1)
    written = [(await place.write("in"))[0] for _ in pulls]
    got = await asyncio.gather(*asking)
    assert sorted(one.metadata.sequence.stream for one in got) == written
    for one in got:
        await one.ack()


async def a_conversation_is_read_from_anywhere(place: Place):
    written = [(await place.write(kind, f"id {n}", body=b"%d" % n))[0] for n, kind in enumerate(("in", "out", "in"))]
    entries = await place.reader.read(f"{place.stem}.*")
    assert [entry.sequence for entry in entries] == written
    assert [entry.message_id for entry in entries] == ["id 0", "id 1", "id 2"]
    assert [entry.subject.rpartition(".")[2] for entry in entries] == ["in", "out", "in"]
    assert [entry.body for entry in await place.reader.read(f"{place.stem}.*", written[1])] == [b"1", b"2"]
    assert (await place.reader.last(f"{place.stem}.out")).body == b"1"


async def what_is_not_there_reads_as_nothing(place: Place):
    assert await place.reader.read(f"{place.stem}.*") == []
    assert await place.reader.last(f"{place.stem}.out") is None


async def a_page_says_whether_it_was_all(place: Place):
    first, _ = await place.write("in")
    second, _ = await place.write("out")
    page = await place.reader.page(f"{place.stem}.*", first)
    assert ([entry.sequence for entry in page.entries], page.whole) == ([first, second], True)
    with patched([(log_reader, "BATCH", 1)]):
        page = await place.reader.page(f"{place.stem}.*", first)
        assert ([entry.sequence for entry in page.entries], page.whole) == ([first], False)
        assert len(await place.reader.read(f"{place.stem}.*")) == 2


async def subscribers_hear_also_what_is_refused(place: Place):
    heard = []

    async def hear(message):
        heard.append(message.headers[headers.MESSAGE_ID])

    await place.bus.nats.subscribe(f"{place.stem}.*", cb=hear)
    first, _ = await place.write("in", "taken")
    with pytest.raises(StreamRefusedError):
        await place.write("out", "refused", expected=first + 1)
    await asyncio.sleep(0.1)
    assert heard == ["taken", "refused"]


async def a_question_to_nobody_is_answered_at_once(place: Place):
    with pytest.raises(UnavailableError) as nobody:
        await place.bus.request(f"nobody.{uuid4()}", b"")
    assert nobody.value.problem.code == "no_responders"


async def a_silent_listener_is_waited_for(place: Place):
    async def hear(_message):
        pass

    await place.bus.nats.subscribe("silence.here", cb=hear)
    with pytest.raises(UnavailableError) as late:
        await place.bus.request("silence.here", b"", timeout=0.1)
    assert late.value.problem.code == "timeout"


SCENARIOS = [
    an_append_behind_the_times_is_refused,
    the_fence_sees_both_subjects,
    a_repeated_id_is_stored_once,
    the_fence_is_looked_at_before_the_id,
    what_is_not_acknowledged_comes_again,
    an_ack_of_an_old_delivery_counts,
    a_nak_brings_it_back_at_once_or_later,
    progress_keeps_it_away,
    each_message_goes_to_one_of_those_who_ask,
    a_conversation_is_read_from_anywhere,
    what_is_not_there_reads_as_nothing,
    a_page_says_whether_it_was_all,
    subscribers_hear_also_what_is_refused,
    a_question_to_nobody_is_answered_at_once,
    a_silent_listener_is_waited_for,
]
by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)


@by_name
async def test_the_real_server_does_so(scenario, connect):
    """G1-G4: what the simulation's proofs rest on."""

    async def provision(bus, spec):
        config = ConsumerConfig(durable_name=spec.name, filter_subject=spec.filter_subject, ack_wait=ACK_WAIT)
        await bus.jetstream.add_consumer(STREAM, config)

    place = Place(connect, provision)
    await place.open()
    await scenario(place)


@by_name
@pytest.mark.unit
def test_the_simulated_server_does_the_same(scenario):
    """G1-G4: what the simulation's proofs rest on."""
    loop = Loop()
    server = Server(loop, topology.STREAMS)

    async def connect():
        bus = Bus("test", "simulated")
        await bus.connect()
        return bus

    async def provision(_bus, spec):
        server.consume(STREAM, spec)

    async def play():
        place = Place(connect, provision)
        await place.open()
        await scenario(place)

    def broker(_url, **given):
        return Broker(Client(f"client-{len(server.connections)}", loop, server, Weather()), **given)

    with patched([(connection, "NatsBroker", broker)]):
        loop.run(play())
    loop.bury([])
    assert not loop.errors
