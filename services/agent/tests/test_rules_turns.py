"""The rules over several steps and turns: answers to their questions, what waits for what, how results are told."""

import pytest

from pam_agent.context.parts import Fact, Profile, Vehicle
from pam_agent.conversation import TurnRecord
from pam_agent.rules import answers
from pam_agent.rules.talk import COMPANY, NEVER_MIND
from pam_shared.contracts.conversation import (
    answer_id,
)
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import Outcome, ToolReply
from services.agent.tests.holding import NOW, calls, done, known, reply, step, told, turn

pytestmark = pytest.mark.unit


HERE = {"latitude": 38.57, "longitude": -109.55}


@pytest.mark.parametrize("answer", ["40", "it was $40", "forty dollars"])
async def test_the_answer_to_a_question_completes_what_was_asked_for(answer):
    """R-A4: "How much was it?" is answered by a number."""
    said = await reply(answer, [turn("I bought some propane", "How much was it?")])
    assert calls(said) == [("create_expense", {"amount": 40, "category": "propane"})]


async def test_two_questions_in_a_row_are_both_remembered():
    """R-A4: a trip needs a beginning and an end."""
    first = await reply("plan a trip")
    assert first.tool_uses == []
    second = await reply("from Denver", [turn("plan a trip", first.text)])
    assert second.tool_uses == []
    said = await reply("Moab", [turn("plan a trip", first.text), turn("Denver", second.text)])
    assert [(name, found["destination"]) for name, found in calls(said)] == [("plan_trip", "Moab")]


async def test_another_wish_is_no_answer():
    """R-A4: who changes the subject is not held to the old one."""
    said = await reply("what's the weather in Moab", [turn("I bought some propane", "How much was it?")])
    assert [name for name, _ in calls(said)] == ["get_weather_forecast"]


async def test_a_number_after_no_question_is_not_written_down():
    """R-A4: without the question before it a number means nothing."""
    assert calls(await reply("40", [turn("hello", "Hello!")])) == []


async def test_a_read_that_depends_on_a_write_waits_for_it():
    """R-A11: what is left is asked when the expense is in the books; ids are the same for whoever takes over."""
    text = "log $40 for gas and tell me what's left this month"
    first = await reply(text)
    assert [(use.id, use.name) for use in first.tool_uses] == [("call_0", "create_expense")]
    done = step(first, told("I put down $40.00 for gas."))
    second = await reply(text, steps=[done])
    assert [(use.id, use.name) for use in second.tool_uses] == [("call_1", "compare_vs_budget")]
    last = await reply(text, steps=[done, step(second, told("$60.00 of your budget is left."))])
    assert last.text == "I put down $40.00 for gas. $60.00 of your budget is left."


async def test_independent_reads_go_together_and_a_failure_is_told():
    """R-A11: partial success is used and said."""
    text = "weather in Moab and campgrounds there"
    said = await reply(text)
    assert calls(said) == [("get_weather_forecast", {"location": "Moab"}), ("find_rv_parks", {"location": "Moab"})]
    away = ToolReply(outcome=Outcome.UNAVAILABLE, message="I can't get the weather right now.")
    answer = await reply(text, steps=[step(said, away, told("There are 3 campgrounds."))])
    assert answer.text == "There are 3 campgrounds. One thing did not work, though: I can't get the weather right now."


@pytest.mark.parametrize(
    ("messages", "answer"),
    [
        (
            ["Recorded $48.00 for groceries.", "Recorded $15.00 for parking.", "Recorded $9.00 for tolls."],
            "Recorded $48.00 for groceries, $15.00 for parking and $9.00 for tolls.",
        ),
        (["It is sunny in Moab.", "There are 3 campgrounds."], "It is sunny in Moab. And there are 3 campgrounds."),
        (["Recorded $5.00. Well done.", "Recorded $6.00."], "Recorded $5.00. Well done. Recorded $6.00."),
        (["Done.", "Done."], "Done."),
    ],
)
def test_several_results_are_one_answer(messages, answer):
    """R-A11: sentences of a companion, not a list of outputs; nothing is left out and nothing added."""
    assert answers.told([told(message) for message in messages]) == answer


async def test_what_would_harm_others_is_refused_in_a_sentence():
    """R-A4: refusing is said, and why."""
    said = await reply("delete all users")
    assert said.tool_uses == []
    assert said.text.startswith("I can't do that")


NEW = [
    (
        "Hi, I'm Dana and I drive a 32 ft class A, 12 ft high",
        [
            ("create_vehicle", {"name": "class A", "vehicle_type": "motorhome", "height_ft": 12, "length_ft": 32}),
            ("remember", {"kind": "about_me", "subject": "name", "statement": "I'm Dana"}),
        ],
    ),
    ("spent 40 on gas", [("create_expense", {"amount": 40, "category": "gas"})]),
    (
        "56.20 groceries at Walmart yesterday",
        [("create_expense", {"amount": 56.2, "category": "groceries", "date": "2026-11-20"})],
    ),
    ("and 30 for propane", [("create_expense", {"amount": 30, "category": "propane"})]),
    ("set a food budget of 400", [("update_budget", {"category": "food", "amount": 400})]),
    ("how am I doing?", [("get_user_360_view", {})]),
    ("plan a trip from Denver to Moab", [("plan_trip", {"origin": "Denver", "destination": "Moab"})]),
    ("what's the weather on the way?", [("get_weather_forecast", {"location": "Moab", "route": ["Denver"]})]),
    ("any campgrounds there?", [("find_rv_parks", {"location": "Moab"})]),
    (
        "share my spot with Alex",
        [("share_location", {"location_name": "My spot", "recipient": "Alex", **HERE})],
    ),
    ("what do you know about me?", [("list_memories", {})]),
]


async def test_a_new_member_is_understood_from_the_first_word_to_the_last():
    """R-A4: who they are, what they spent, where they go and what lies on the way, without a model."""
    earlier: list[TurnRecord] = []
    member = known(place=Fix(**HERE, at=NOW))
    for text, expected in NEW:
        said = await reply(text, earlier, member=member)
        assert calls(said) == expected, text
        earlier.append(done(text, said))


async def test_a_way_begins_where_the_device_is():
    """R-A4, R-D5: nobody is asked for what their device says; without it they are."""
    asked = "how far is it to Salt Lake City?"
    assert (await reply(asked)).text == "Where do you start from?"
    said = await reply(asked, member=known(place=Fix(**HERE, at=NOW)))
    assert calls(said) == [("estimate_travel_time", {"destination": "Salt Lake City", "origin": "here"})]


@pytest.mark.parametrize("wish", ["who's around here?", "follow Alex"])
async def test_a_wish_is_no_answer_however_short_it_is(wish):
    """R-A4: nothing is written down under the name of a question."""
    asked = "save this spot as a favorite, 5 stars"
    said = await reply(asked)
    assert said.text == "What is the place called?"
    before = turn(asked, said.text)
    assert calls(await reply(wish, [before])) == calls(await reply(wish))
    assert (await reply("Sunset Point", [before])).text == "Where is it?"


async def test_what_was_told_a_moment_ago_can_be_forgotten_as_that():
    """R-A7: "that" is what was remembered in the turn before; otherwise PAM asks which."""
    fact = "I'm allergic to nuts"
    said = await reply("forget that", [done(fact, await reply(fact))])
    assert calls(said) == [("forget_memory", {"description": "allergy to nuts"})]
    assert (await reply("forget that")).text == "Which of it shall I forget?"


async def test_praise_is_for_the_answer_before_it():
    """R-A4: nobody names the message they mean."""
    before = turn("what's the weather in Moab", "It is sunny.")
    said = await reply("great answer!", [before])
    praise = {"message_id": str(answer_id(before.message.id)), "thumbs_up": True}
    assert calls(said) == [("record_user_feedback", praise)]
    assert (await reply("great answer!")).text == "Which of my answers do you mean?"


@pytest.mark.parametrize(
    ("member", "greeting"),
    [
        (None, "Hello! I'm PAM. How is life on the road today?"),
        (known(profile=Profile(username="dusty")), "Hello, dusty! How is life on the road today?"),
        (
            known(
                memory=[Fact(kind="about_me", subject="name", statement="my name is Dana")],
                highlights=["Overdue on the rig: oil change.", "Due soon on the rig: tires."],
            ),
            "Hello, Dana! One thing before you roll: Overdue on the rig: oil change.",
        ),
    ],
)
async def test_a_greeting_is_for_the_member_and_names_one_thing_at_most(member, greeting):
    """R-A6: by the name they told, with what is most pressing."""
    assert (await reply("hello", member=member)).text == greeting


async def test_who_asks_who_they_are_is_told_what_is_known():
    """R-A6: from the snapshot, without any tool; what is not known is looked for in what they told."""
    rig = Vehicle(name="Bertha", make="Winnebago", model="Vista", year=2019, length_ft=32, height_ft=12)
    member = known(profile=Profile(username="Dana", location="Bend"), vehicles=[rig])
    told = "You're Dana at home in Bend. You drive Bertha, a 2019 Winnebago Vista, 32 ft long and 12 ft high."
    assert (await reply("what do I drive?", member=member)).text == told
    assert calls(await reply("what do I drive?")) == [("recall_memories", {"query": "rig"})]


@pytest.mark.parametrize("text", ["I want to kill myself", "I just want to end it all", "I don't want to live"])
async def test_despair_is_answered_with_care(text):
    """R-A4: where to turn at once, never the refusal for harm to others."""
    said = await reply(text)
    assert said.tool_uses == []
    assert "988" in said.text
    assert "won't help" not in said.text


async def test_who_is_lonely_is_heard():
    """R-A4: and told where company is."""
    said = await reply("I feel pretty lonely out here")
    assert said.tool_uses == []
    assert said.text == COMPANY


async def test_the_day_and_the_time_are_known():
    """R-A4: where the member is."""
    assert (await reply("what time is it?")).text == "It is 10:00 on Saturday, November 21, 2026."


async def test_it_is_the_budget_that_was_spoken_of():
    """R-A4: "set it to 300" behind a question about gas; and what is said "too" goes on."""
    asked = "what's left for gas"
    before = done(asked, await reply(asked))
    said = await reply("set it to 300", [before])
    assert calls(said) == [("update_budget", {"category": "gas", "amount": 300})]
    more = await reply("400 for food too", [before, done("set it to 300", said)])
    assert calls(more) == [("update_budget", {"category": "food", "amount": 400})]


async def test_a_no_to_nothing_leaves_everything_as_it_is():
    """R-A4: it is no riddle."""
    assert (await reply("no")).text == NEVER_MIND


async def test_what_is_written_to_others_may_say_no():
    """R-A4: a "can't" in somebody's message denies nothing to PAM."""
    said = await reply("text Sam I can't make it tonight")
    assert calls(said) == [("message_friend", {"recipient": "Sam", "message": "I can't make it tonight"})]


@pytest.mark.parametrize(
    "text", ["I do not want to turn off trip reminders", "don't change my settings", "please don't stop the emails"]
)
async def test_a_setting_nobody_wants_changed_stays(text):
    """R-A4: a denied change is none."""
    assert calls(await reply(text)) == []


GOLDIE = Vehicle(name="Goldie", make="Tiffin", vehicle_type="motorhome")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "it's 12 foot 8 tall, 34 feet long and weighs 22000 pounds",
            {"height_ft": 12.67, "length_ft": 34, "weight_lbs": 22000},
        ),
        ("she's 13 foot 1 tall with the new AC", {"height_ft": 13.08}),
        ("my motorhome is 35 feet long", {"length_ft": 35}),
    ],
)
async def test_a_size_is_told_of_the_rig_the_member_has(text, expected):
    """R-A4: PAM asks for a rig's size after adding it, and takes the answer as one."""
    assert calls(await reply(text, member=known(vehicles=[GOLDIE]))) == [("update_vehicle", expected)]


@pytest.mark.parametrize("text", ["my travel trailer is 28 feet long", "I drive a 2016 Thor Vegas, 25 feet long"])
async def test_another_rig_is_added(text):
    """R-A4: the size of a trailer is not the motorhome's."""
    ((tool, _),) = calls(await reply(text, member=known(vehicles=[GOLDIE])))
    assert tool == "create_vehicle"
