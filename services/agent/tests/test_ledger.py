"""Appending to a conversation's log on real JetStream: of two that believe they own a turn, one can write."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from nats.aio.client import Client

from pam_agent.ledger import FencedError, Ledger
from pam_agent.view import View
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    MessageReceived,
    ModelReplied,
    TextBlock,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    accepted_id,
)
from pam_shared.embedded.nats import start_nats
from pamctl.provisioning import provision_nats


class Conversation:
    """A conversation as the gateway writes it, and agents that each have a view of it."""

    def __init__(self, bus, reader):
        self.bus = bus
        self.reader = reader
        self.user, self.id = uuid4(), uuid4()
        self.stem = subjects.conversation(self.user, self.id)

    async def hear(self, message=None):
        message = message or uuid4()
        body = MessageReceived(id=message, text="hello", received_at=datetime.now(UTC)).model_dump_json().encode()
        values = {headers.MESSAGE_ID: accepted_id(self.user, self.id, message)}
        await self.bus.publish(topology.CONVERSATIONS, f"{self.stem}.in", body, values)
        return message

    async def view(self, writer) -> View:
        view = View(self.bus, self.reader, writer, self.user, self.id)
        await view.refresh()
        return view

    async def ledger(self, turn, writer) -> Ledger:
        return Ledger(self.bus, await self.view(writer), turn, writer)

    async def events(self) -> list:
        return [LOG_EVENT.validate_json(entry.body) for entry in await self.reader.read(f"{self.stem}.*")]

    async def kinds(self) -> list[str]:
        return [event.type for event in await self.events()]


@pytest.fixture
async def reader(bus):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    yield reader
    await reader.stop()


@pytest.fixture
def talk(bus, reader):
    return Conversation(bus, reader)


def started(turn, ledger, attempt=1) -> TurnStarted:
    return TurnStarted(turn=turn, attempt=attempt, nonce=ledger.nonce, delivered=attempt, base=1)


def said(turn, step=0) -> ModelReplied:
    return ModelReplied(turn=turn, step=step, content=[TextBlock(text=f"step {step}")], model="m", base=1)


def finished(turn) -> TurnFinished:
    return TurnFinished(turn=turn, status=TurnStatus.SUCCESS, text="done", epoch=1, sequence=1, base=1)


async def test_a_turn_is_written_down_step_by_step(talk):
    """G1: the log holds the whole turn, in order, and tells each append's own sequence."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    sequences = [await ledger.append(event) for event in (started(turn, ledger), said(turn), finished(turn))]
    assert await talk.kinds() == ["MessageReceived", "TurnStarted", "ModelReplied", "TurnFinished"]
    assert sequences == sorted(set(sequences))
    assert ledger.record.epoch == sequences[0]
    assert ledger.record.finished.text == "done"


async def test_the_second_start_fences_the_first_owner_off(talk):
    """G4: after a takeover the zombie's next append is refused, and stays refused."""
    turn = await talk.hear()
    zombie = await talk.ledger(turn, "zombie")
    await zombie.append(started(turn, zombie))
    heir = await talk.ledger(turn, "heir")
    await heir.append(started(turn, heir, attempt=2))
    for _ in range(2):
        with pytest.raises(FencedError):
            await zombie.append(said(turn))
    await heir.append(finished(turn))
    assert await talk.kinds() == ["MessageReceived", "TurnStarted", "TurnStarted", "TurnFinished"]


async def test_a_zombie_that_heard_of_its_heir_does_not_even_try(talk):
    """G4: a view that has read the newer start fences without asking the log."""
    turn = await talk.hear()
    view = await talk.view("zombie")
    zombie = Ledger(talk.bus, view, turn, "zombie")
    await zombie.append(started(turn, zombie))
    heir = await talk.ledger(turn, "heir")
    await heir.append(started(turn, heir, attempt=2))
    await view.refresh()
    with pytest.raises(FencedError):
        await zombie.append(finished(turn))


async def test_of_two_that_start_at_once_one_wins(talk):
    """G2: twenty races, each with one owner."""
    for _ in range(20):
        race = Conversation(talk.bus, talk.reader)
        turn = await race.hear()
        ledgers = [await race.ledger(turn, name) for name in ("one", "two", "three")]
        starts = (ledger.append(started(turn, ledger)) for ledger in ledgers)
        results = await asyncio.gather(*starts, return_exceptions=True)
        assert sorted(isinstance(result, FencedError) for result in results) == [False, True, True]
        assert await race.kinds() == ["MessageReceived", "TurnStarted"]
        winner = next(ledger for ledger, result in zip(ledgers, results, strict=True) if isinstance(result, int))
        await winner.append(finished(turn))


async def test_a_finished_turn_takes_no_more(talk):
    """G1: exactly one terminal entry, and nothing after it."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    await ledger.append(started(turn, ledger))
    await ledger.append(finished(turn))
    with pytest.raises(FencedError):
        await ledger.append(finished(turn))
    assert (await talk.kinds()).count("TurnFinished") == 1


async def test_a_message_that_comes_in_between_does_not_end_the_turn(talk):
    """G3: the fence covers both subjects, yet only another owner's append ends ownership."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    await talk.hear()
    await ledger.append(started(turn, ledger))
    await talk.hear()
    await talk.hear()
    await ledger.append(finished(turn))
    assert (await talk.kinds())[-1] == "TurnFinished"


@pytest.mark.parametrize("lost", [1, 2])
async def test_an_append_whose_ack_was_lost_is_found_again_and_stored_once(talk, lost):
    """G1: the log may have an append though its PubAck never came: its id tells."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    if lost > 1:
        await ledger.append(started(turn, ledger))
    event = started(turn, ledger) if lost == 1 else said(turn)
    message_id = f"{talk.user}.{talk.id}:{turn}:{ledger.nonce}:{lost}"
    body = event.model_dump_json().encode()
    stored, _ = await talk.bus.publish(
        topology.CONVERSATIONS, f"{talk.stem}.out", body, {headers.MESSAGE_ID: message_id}
    )
    assert await ledger.append(event) == stored
    await ledger.append(finished(turn))
    assert (await talk.kinds()).count(event.type) == 1


async def test_a_lost_ack_is_recognised_when_a_message_came_after_it(talk):
    """G1: the newest entry an agent wrote tells, whatever members wrote since."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    body = started(turn, ledger).model_dump_json().encode()
    values = {headers.MESSAGE_ID: f"{talk.user}.{talk.id}:{turn}:{ledger.nonce}:1"}
    stored, _ = await talk.bus.publish(topology.CONVERSATIONS, f"{talk.stem}.out", body, values)
    await talk.hear()
    assert await ledger.append(started(turn, ledger)) == stored
    await ledger.append(finished(turn))
    assert (await talk.kinds()).count("TurnStarted") == 1


async def test_steps_appended_at_once_are_all_stored_once(talk):
    """R-A11: tools return together; their results are appended one after the other."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    await ledger.append(started(turn, ledger))
    await asyncio.gather(*(ledger.append(said(turn, step)) for step in range(20)))
    await ledger.append(finished(turn))
    steps = [event.step for event in await talk.events() if isinstance(event, ModelReplied)]
    assert steps == list(range(20))


async def test_two_conversations_do_not_fence_each_other(talk):
    """G6: the fence is the conversation's, not the stream's."""
    other = Conversation(talk.bus, talk.reader)
    one, two = await talk.hear(), await other.hear()
    first, second = await talk.ledger(one, "one"), await other.ledger(two, "two")
    await first.append(started(one, first))
    await second.append(started(two, second))
    await first.append(finished(one))
    await second.append(finished(two))
    assert (await talk.kinds())[-1] == (await other.kinds())[-1] == "TurnFinished"


async def test_an_append_waits_for_a_log_that_is_away_and_is_stored_once(tmp_path):
    """G1: while NATS is away nothing is given up, and what was sent twice is there once."""
    server = await start_nats(tmp_path / "nats")
    operator = Client()
    await operator.connect(server.url)
    await provision_nats(operator)
    await operator.close()
    bus = Bus("test", server.url)
    await bus.connect()
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    talk = Conversation(bus, reader)
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    await ledger.append(started(turn, ledger))
    await server.stop()
    waiting = asyncio.create_task(ledger.append(said(turn)))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    server = await start_nats(tmp_path / "nats", port=server.port)
    async with asyncio.timeout(15):
        await waiting
        await ledger.append(finished(turn))
    assert await talk.kinds() == ["MessageReceived", "TurnStarted", "ModelReplied", "TurnFinished"]
    await bus.close()
    await server.stop()


async def test_a_long_conversation_is_read_from_where_its_context_begins(talk):
    """R-A3: nobody reads a long log: every entry an agent wrote says where the context begins."""
    turn = await talk.hear()
    ledger = await talk.ledger(turn, "one")
    await ledger.append(started(turn, ledger))
    await ledger.append(finished(turn))
    for _ in range(300):
        await talk.hear()
    late = await talk.hear()
    cold = await talk.view("two")
    (base,) = [number for number, message in cold.state.inputs.items() if message == late]
    for record in list(cold.state.turns.values()):
        record.finished = finished(record.message.id)
    cold.state.turns[late].finished = None
    owner = Ledger(talk.bus, cold, late, "two")
    start = started(late, owner).model_copy(update={"base": base})
    await owner.append(start)
    coldest = await talk.view("three")
    assert list(coldest.state.turns) == [late]
    assert coldest.state.last == cold.state.last


async def test_a_long_conversation_whose_newest_entry_is_of_a_newer_kind_is_read_all_the_same(talk):
    """R-T7: two versions at once: an old agent reads what a new one wrote, and loses no message over it."""
    for _ in range(300):
        await talk.hear()
    body, values = b'{"type": "HistorySummarised", "text": "..."}', {headers.MESSAGE_ID: str(uuid4())}
    await talk.bus.publish(topology.CONVERSATIONS, f"{talk.stem}.out", body, values)
    last = await talk.hear()
    cold = await talk.view("one")
    assert last in cold.state.turns
