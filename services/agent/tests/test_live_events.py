"""What clients see of a turn, on real NATS: numbered without a hole, text gathered but never held back."""

import asyncio
import time
from uuid import uuid4

import pytest

from pam_agent.live import Live, terminal_event
from pam_shared.contracts import live, subjects
from pam_shared.contracts.conversation import ToolUseBlock, TurnFinished, TurnStatus, answer_id
from pam_shared.contracts.problems import Category, Problem
from pam_shared.contracts.tools import Outcome, ToolReply
from tests.harness.waiting import eventually

EPOCH = 7


class Stage:
    """A live attempt and a client that watches it."""

    def __init__(self, bus):
        self.bus = bus
        self.user, self.conversation, self.turn = uuid4(), uuid4(), uuid4()
        self.messages: list[list[live.LiveFrame]] = []

    async def watch(self):
        async def on(message):
            parts = message.data.split(live.FRAME_SEPARATOR)
            self.messages.append([live.LiveFrame.model_validate_json(part) for part in parts])

        self.subscription = await self.bus.nats.subscribe(subjects.live_of_member(self.user), cb=on)

    def attempt(self) -> Live:
        return Live(self.bus, self.user, self.conversation, self.turn)

    @property
    def frames(self) -> list[live.LiveFrame]:
        return [frame for message in self.messages for frame in message]

    @property
    def kinds(self) -> list[str]:
        return [frame.event.get("name") or frame.event["type"] for frame in self.frames]

    @property
    def text(self) -> str:
        return "".join(frame.event.get("delta", "") for frame in self.frames if "CONTENT" in frame.event["type"])

    def finished(self, place, status=TurnStatus.SUCCESS, **more) -> TurnFinished:
        return TurnFinished(turn=self.turn, status=status, epoch=place.epoch, sequence=place.sequence, base=1, **more)

    async def end(self, attempt, **more):
        await attempt.close_text()
        await attempt.finish(self.finished(attempt.next_position, **more))
        await eventually(lambda: self.frames and self.frames[-1].terminal, within=2)


@pytest.fixture
async def stage(bus):
    stage = Stage(bus)
    await stage.watch()
    yield stage
    await stage.subscription.unsubscribe()


async def test_a_turn_is_told_from_its_start_to_its_one_terminal_event(stage):
    """G3: sequence is +1 within the epoch, and the last event is where the log says it stands."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await attempt.say("Let me see. ")
    call = ToolUseBlock(id="toolu_1", name="create_expense", input={"amount": "45"})
    await attempt.tools_called([call])
    await attempt.tool_returned("toolu_1", ToolReply(outcome=Outcome.OK, message="Recorded."))
    await attempt.say("Done.")
    await stage.end(attempt)
    assert stage.kinds == [
        "RUN_STARTED",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    assert [frame.sequence for frame in stage.frames] == list(range(1, 11))
    assert {frame.epoch for frame in stage.frames} == {EPOCH}
    assert {frame.conversation for frame in stage.frames} == {stage.conversation}
    first, *_, last = [frame.event for frame in stage.frames]
    assert (first["runId"], first["protocolVersion"]) == (str(stage.turn), "1.0")
    assert last["outcome"]["type"] == "success"
    assert stage.frames[1].event["messageId"] == str(answer_id(stage.turn))


async def test_the_first_token_is_shown_at_once(stage):
    """R-Q4: whoever waits sees the first word without any gathering."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    started = time.monotonic()
    await attempt.say("Hello")
    await eventually(lambda: stage.text == "Hello", within=1)
    assert time.monotonic() - started < 0.15
    attempt.stop()


async def test_tokens_are_gathered_and_nothing_of_them_is_lost(stage):
    """R-M5: 200 tokens in a fifth of a second are a handful of events, and the text is whole."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    tokens = [f"word{number} " for number in range(200)]
    for token in tokens:
        await attempt.say(token)
        await asyncio.sleep(0.001)
    await stage.end(attempt)
    assert stage.text == attempt.text == "".join(tokens)
    assert stage.kinds.count("TEXT_MESSAGE_CONTENT") < 30
    assert [frame.sequence for frame in stage.frames] == list(range(1, len(stage.frames) + 1))


async def test_much_text_does_not_wait_for_the_clock(stage):
    """R-M5: 512 characters are shown at once."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await attempt.say("a")
    await attempt.say("b" * 600)
    await eventually(lambda: len(stage.text) == 601, within=1)
    attempt.stop()


async def test_gathered_text_is_shown_though_nothing_follows_it(stage):
    """R-M7: a model that pauses in mid-sentence does not hold back what it said before."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await attempt.say("You have ")
    await attempt.say("spent ")
    try:
        await eventually(lambda: stage.text == "You have spent ", within=0.5)
    finally:
        attempt.stop()


async def test_a_takeover_tells_clients_first_to_drop_what_they_have(stage):
    """G3: a new attempt is a new epoch that begins with `pam.superseded`."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=True)
    await stage.end(attempt)
    assert stage.kinds == ["pam.superseded", "RUN_STARTED", "RUN_FINISHED"]
    assert stage.frames[0].event["value"] == {"turn": str(stage.turn)}
    assert [frame.sequence for frame in stage.frames] == [1, 2, 3]


async def test_an_attempt_that_never_began_says_nothing(stage):
    """G3: who is fenced off before the start is not heard by clients."""
    stage.attempt().stop()
    other = stage.attempt()
    await other.begin(EPOCH, takeover=False)
    await stage.end(other)
    assert stage.kinds == ["RUN_STARTED", "RUN_FINISHED"]


async def test_the_terminal_event_can_be_said_again_at_its_place(stage):
    """G1: whoever finds the turn settled says its end once more; clients know the position."""
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await attempt.close_text()
    finished = stage.finished(attempt.next_position)
    await attempt.finish(finished)
    await stage.attempt().finish(finished)
    await eventually(lambda: len(stage.frames) == 3, within=2)
    first, second = stage.frames[1:]
    assert first == second
    assert first.position == live.Position(epoch=EPOCH, sequence=2)


async def test_a_waiting_member_is_told_that_work_goes_on(stage, monkeypatch):
    """R-M7: "PAM is thinking", then "still working" with what is there so far."""
    monkeypatch.setattr("pam_agent.live.THINKING_AFTER", 0.1)
    monkeypatch.setattr("pam_agent.live.STILL_WORKING_AFTER", 0.3)
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await eventually(lambda: live.THINKING in stage.kinds, within=1)
    await attempt.say("So far ")
    await eventually(lambda: live.STILL_WORKING in stage.kinds, within=1)
    await stage.end(attempt)
    assert (
        next(f for f in stage.frames if f.event.get("name") == live.STILL_WORKING).event["value"]["partial"]
        == "So far "
    )
    assert [frame.sequence for frame in stage.frames] == list(range(1, len(stage.frames) + 1))


async def test_who_has_text_is_not_told_that_pam_is_thinking(stage, monkeypatch):
    """R-M7: the notice is for silence."""
    monkeypatch.setattr("pam_agent.live.THINKING_AFTER", 0.1)
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await attempt.say("Hello")
    await asyncio.sleep(0.25)
    await stage.end(attempt)
    assert live.THINKING not in stage.kinds


async def test_nothing_follows_the_terminal_event(stage, monkeypatch):
    """G1: exactly one terminal event, and no notice after it."""
    monkeypatch.setattr("pam_agent.live.THINKING_AFTER", 0.05)
    monkeypatch.setattr("pam_agent.live.STILL_WORKING_AFTER", 0.1)
    attempt = stage.attempt()
    await attempt.begin(EPOCH, takeover=False)
    await stage.end(attempt)
    await asyncio.sleep(0.3)
    assert [frame.terminal for frame in stage.frames].count(True) == 1
    assert stage.frames[-1].terminal


@pytest.mark.unit
@pytest.mark.parametrize(
    ("status", "kind"),
    [(TurnStatus.SUCCESS, "RUN_FINISHED"), (TurnStatus.CANCELLED, "RUN_FINISHED"), (TurnStatus.FAILED, "RUN_ERROR")],
)
def test_each_way_a_turn_ends_has_its_terminal_event(status, kind):
    """G1: success, cancelled and failed each end the turn for clients."""
    conversation, problem = uuid4(), Problem(code="turn_timeout", category=Category.SYSTEM, message="Too long.")
    finished = TurnFinished(turn=uuid4(), status=status, error=problem, epoch=1, sequence=2, base=1)
    event = terminal_event(conversation, finished).model_dump(mode="json", by_alias=True)
    assert event["type"] == kind
    assert kind in live.TERMINAL
    if status is TurnStatus.FAILED:
        assert (event["message"], event["code"]) == ("Too long.", "turn_timeout")
    else:
        assert (event["runId"], event["outcome"]["type"]) == (str(finished.turn), status)
