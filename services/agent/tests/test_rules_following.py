"""What members say that makes sense only behind the turn before: more of the same, corrections, "it"."""

from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.rules.correcting import DONE
from pam_agent.rules.following import UNPRICED
from pam_shared.contracts.conversation import ToolReturned
from pam_shared.contracts.tools import Effect, Outcome, ToolReply
from services.agent.tests.holding import calls, done, reply, step, told, turn
from tests.eval.measure import manifests

pytestmark = pytest.mark.unit

WRITES = {tool.name for tool in manifests() if tool.effect is not Effect.READ}
FIRST, SECOND = str(uuid4()), str(uuid4())


async def after(text, earlier=(), *, outcome=Outcome.OK, message="Done.", data=None) -> TurnRecord:
    """A turn that was done, and what its calls returned."""
    said = await reply(text, earlier)
    record = done(text, said)
    answer = ToolReply(outcome=outcome, message=message, data=data)
    for use in said.tool_uses:
        record.results[use.id] = ToolReturned(
            turn=record.message.id, tool_use_id=use.id, tool=use.name, base=1, reply=answer
        )
    return record


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("is it going to rain in Moab?", "and in Durango?", ("get_weather_forecast", {"location": "Durango"})),
        (
            "find a campground near Taos",
            "nothing over $40 please",
            ("find_rv_parks", {"location": "Taos", "max_price": 40}),
        ),
        (
            "how many litres is 36 gallons?",
            "and 20 gallons?",
            ("convert_units", {"value": 20, "from_unit": "gallon", "to_unit": "litre"}),
        ),
        ("what have I spent on gas?", "over the last 7 days", ("get_spending_summary", {"category": "gas", "days": 7})),
        ("set my gas budget to 300", "and 200 for food", ("update_budget", {"category": "food", "amount": 200})),
        ("I spent 45 on gas", "and 30 for propane", ("create_expense", {"category": "propane", "amount": 30})),
        ("what's the weather in Moab", "what about Bend, OR", ("get_weather_forecast", {"location": "Bend, OR"})),
        ("what's the weather in Moab", "and on Sunday?", ("get_weather_forecast", {"location": "Moab"})),
        ("what have I spent on gas?", "what about food", ("get_spending_summary", {"category": "food"})),
        ("show me surge protectors", "and sewer hoses?", ("search_products", {"query": "sewer hoses"})),
        ("set my gas budget to 540", "no, 450 not 540", ("update_budget", {"category": "gas", "amount": 450})),
    ],
)
async def test_a_fragment_goes_on_with_the_turn_before(before, text, expected):
    """R-A4: what is new in it takes its place, all else stays as it was said."""
    assert calls(await reply(text, [await after(before)])) == [expected]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("find a campground near Taos", "150 dollars"),
        ("find a campground near Taos", "I paid 40 last time"),
        ("set my gas budget to 300", "sorry, Groceries"),
        ("set my gas budget to 300", "and again"),
        ("I spent 45 on gas", "and in Durango"),
        ("what's the weather in Moab", "nothing over $40 please"),
    ],
)
async def test_a_fragment_that_says_too_little_writes_nothing(before, text):
    """R-A4: no money is written down on a guess."""
    said = await reply(text, [await after(before)])
    assert [name for name, _ in calls(said) if name in WRITES] == []


async def test_a_record_is_not_put_right_by_another_one():
    """R-A4, R-A8: what nothing can change stands, and that is said."""
    before = await after("I earned 450 from workamping", message="Recorded $450.00 from workamping. That is a start.")
    said = await reply("no, it was 540", [before])
    assert calls(said) == []
    assert "It says: Recorded $450.00 from workamping. If" in said.text


SPENT = {"expense": {"id": FIRST, "amount": "45.00", "category": "gas", "description": None}}
EXPENSES = {"expenses": [{"id": SECOND, "amount": "5.00", "category": "tolls", "description": None}, SPENT["expense"]]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, it was 54", ("update_expense", {"expense_id": FIRST, "amount": 54})),
        ("actually that was for diesel", ("update_expense", {"expense_id": FIRST, "category": "diesel"})),
        ("and it was yesterday", ("update_expense", {"expense_id": FIRST, "date": "2026-11-20"})),
        ("undo that", ("delete_expense", {"expense_id": FIRST})),
        ("oops, please delete it again", ("delete_expense", {"expense_id": FIRST})),
        ("change the 45 dollar expense to 54.20", ("update_expense", {"expense_id": FIRST, "amount": 54.2})),
    ],
)
async def test_an_expense_is_put_right_or_taken_back(text, expected):
    """R-A4: who mistyped does not have to say everything again, and nothing is recorded twice."""
    assert calls(await reply(text, [await after("I spent 45 on gas", data=SPENT)])) == [expected]


@pytest.mark.parametrize(
    "text", ["wait, I spent 40 on propane", "sorry, I also paid 12 for parking", "oh wait, I spent another 30 on gas"]
)
async def test_what_may_be_another_expense_changes_none(text):
    """R-A4: a whole sentence about something else overwrites nothing."""
    said = await reply(text, [await after("I spent 45 on gas", data=SPENT)])
    assert [name for name, _ in calls(said) if name != "create_expense"] == []


async def test_another_reminder_moves_none():
    """R-A4: an entry about something else is not put in the place of the first; PAM says what stands."""
    event = {"id": FIRST, "title": "call mom", "start_date": "2026-12-24T09:00:00"}
    before = await after("remind me to call mom on December 24 at 9am", data={"event": event})
    assert not calls(await reply("no, remind me to call dad at 5pm", [before]))


@pytest.mark.parametrize("turns", [["thanks"], ["I spent 5 on tolls"], ["I spent 5 on tolls", "thanks"]])
async def test_what_was_recorded_a_little_earlier_is_put_right_by_its_category(turns):
    """R-A4: "oops, the gas was 54" is about the gas, also two turns later, and no second expense."""
    later = [await after(text) for text in turns]
    said = await reply("oops, the gas was 54", [await after("I spent 45 on gas", data=SPENT), *later])
    assert calls(said) == [("update_expense", {"expense_id": FIRST, "amount": 54})]


@pytest.mark.parametrize(
    ("text", "expense"),
    [
        ("delete the tolls expense", SECOND),
        ("delete the $45 expense", FIRST),
        ("delete my last expense", SECOND),
        ("remove the gas purchase", FIRST),
    ],
)
async def test_an_expense_is_looked_up_before_it_is_deleted(text, expense):
    """R-A4: by what it was for, by what it cost, or as the newest."""
    first = await reply(text)
    assert calls(first) == [("list_expenses", {})]
    looked = step(first, ToolReply(outcome=Outcome.OK, message="Two expenses.", data=EXPENSES))
    assert calls(await reply(text, steps=[looked])) == [("delete_expense", {"expense_id": expense})]


async def test_an_answer_picks_one_of_the_expenses_that_were_listed():
    """R-A4: "the 5 dollar one" is no new expense; and who has none is told so, not asked which."""
    listed = await after("delete an expense", message="Two expenses.", data=EXPENSES)
    listed.finished = turn("delete an expense", "Two expenses. Which expense do you mean?").finished
    assert calls(await reply("the 5 dollar one", [listed])) == [("delete_expense", {"expense_id": SECOND})]
    first = await reply("delete an expense")
    none = step(first, ToolReply(outcome=Outcome.NO_RESULTS, message="No expense is on record.", data={"expenses": []}))
    assert (await reply("delete an expense", steps=[none])).text == "No expense is on record."


async def test_to_undo_a_correction_deletes_nothing():
    """R-A4: what was only changed is deleted where just that is said."""
    before = [await after("I spent 45 on gas", data=SPENT)]
    before.append(await after("no, it was 54", before, data=SPENT))
    undone = await reply("undo that", before)
    assert (calls(undone), undone.text) == ([], DONE)
    assert calls(await reply("delete that", before)) == [("delete_expense", {"expense_id": FIRST})]


async def test_what_cannot_be_taken_back_is_said():
    """R-A4: "undo that" is never about something else than what was just done."""
    said = await reply("undo that", [await after("set my gas budget to 300")])
    assert (calls(said), said.text) == ([], DONE)
    assert (await reply("undo that", [await after("what have I spent on gas?")])).text != DONE


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("move it to 7", "2026-12-24T19:00:00"),
        ("change it to December 26", "2026-12-26T18:00:00"),
        ("make it December 26 at 8pm", "2026-12-26T20:00:00"),
    ],
)
async def test_an_entry_is_moved_by_its_hour_or_its_day(text, start):
    """R-A4: what is not said of when it is stays."""
    event = {"id": FIRST, "title": "meet Alex", "start_date": "2026-12-24T18:00:00+00:00"}
    before = await after("put meet Alex on my calendar for December 24 at 6pm", data={"event": event})
    expected = [("update_calendar_event", {"event_id": FIRST, "start_date": start})]
    assert calls(await reply(text, [before])) == expected


PARKS = {"parks": [{"name": "Elk Run", "price_per_night": "36.00"}, {"name": "Sun", "price_per_night": None}]}


@pytest.mark.parametrize("text", ["any cheaper ones?", "something cheaper", "do you have anything less expensive?"])
async def test_cheaper_is_less_than_what_was_named(text):
    """R-A4: the same search, for less than its cheapest answer."""
    before = await after("find a campground near Yuma with 50 amp", data=PARKS)
    expected = {"location": "Yuma", "amenities": ["electric"], "max_price": 35.99}
    assert calls(await reply(text, [before])) == [("find_rv_parks", expected)]


async def test_without_prices_nothing_is_cheaper():
    """R-A4: that is said, and nothing else is looked up instead."""
    before = await after("find a campground near Yuma", data={"parks": [{"name": "Sun", "price_per_night": None}]})
    said = await reply("any cheaper ones?", [before])
    assert (calls(said), said.text) == ([], UNPRICED)


async def test_what_was_told_can_be_put_right_while_something_is_asked():
    """R-A4: "make that 42" is no answer to the odometer, and the total of the fill-up follows the gallons."""
    asked = turn("filled up 40 gallons at 3.89", "What does the odometer say?")
    mended = await reply("actually make that 42 gallons", [asked])
    assert (calls(mended), mended.text) == ([], "What does the odometer say?")
    again = turn("actually make that 42 gallons", mended.text)
    ((tool, arguments),) = calls(await reply("41200", [asked, again]))
    assert (tool, arguments["gallons"], arguments["odometer"]) == ("log_fuel", 42, 41200)
    assert arguments["cost"] == pytest.approx(42 * 3.89, abs=0.01)


async def test_a_place_nobody_knows_is_put_right():
    """R-A4: the name that was wrong is the one that is replaced."""
    wrong = {"outcome": Outcome.FAILED, "message": "I know no place called 'Zzyxqv'."}
    before = await after("how long is the drive from Zzyxqv to Denver?", **wrong)
    expected = [("estimate_travel_time", {"origin": "Durango", "destination": "Denver"})]
    assert calls(await reply("sorry, I meant Durango", [before])) == expected


async def test_a_drive_without_its_ends_is_the_one_of_the_trip():
    """R-A4: who just planned a trip does not say again from where to where."""
    before = await after("plan a trip from Denver to Moab")
    expected = [("estimate_travel_time", {"origin": "Denver", "destination": "Moab"})]
    assert calls(await reply("how long is the drive?", [before])) == expected


PRODUCTS = {"products": [{"id": FIRST, "name": "Surge protector"}, {"id": SECOND, "name": "Sewer hose kit"}]}


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("put the first one in my cart", FIRST),
        ("put the second one in my cart", SECOND),
        ("add the hose kit to my cart", SECOND),
    ],
)
async def test_what_was_shown_is_pointed_at(text, product):
    """R-A4: by its place in the list, or by its name."""
    before = await after("show me surge protectors", data=PRODUCTS)
    ((tool, arguments),) = calls(await reply(text, [before]))
    assert (tool, arguments["product_id"]) == ("add_to_cart", product)


async def test_what_is_to_go_into_the_cart_is_looked_for_in_the_shop():
    """R-A4: one that fits goes in; of several the member chooses, having seen them."""
    text = "add a hose kit to my cart"
    first = await reply(text)
    assert calls(first) == [("search_products", {"query": "hose kit"})]
    found = step(first, ToolReply(outcome=Outcome.OK, message="Two goods.", data=PRODUCTS))
    ((tool, arguments),) = calls(await reply(text, steps=[found]))
    assert (tool, arguments["product_id"]) == ("add_to_cart", SECOND)
    both = await reply("add a lamp to my cart", steps=[found])
    assert (calls(both), both.text) == ([], "Two goods. Which product do you mean?")


CART = {"cart_item": {"product_id": FIRST, "name": "Surge protector", "quantity": 1}}


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("make it two", 2), ("no, 3", 3), ("undo that", 0), ("take the surge protector out of my cart", 0)],
)
async def test_what_went_into_the_cart_is_changed(text, quantity):
    """R-A4: how many, or none at all."""
    before = [await after("show me surge protectors", data=PRODUCTS)]
    before.append(await after("put the first one in my cart", before, data=CART))
    assert calls(await reply(text, before)) == [("update_cart", {"product_id": FIRST, "quantity": quantity})]


@pytest.mark.parametrize("text", ["put it in my cart", "put the third one in my cart"])
async def test_what_fits_several_or_none_is_asked_for(text):
    """R-A4: PAM does not guess which."""
    said = await reply(text, [await after("show me surge protectors", data=PRODUCTS)])
    assert (calls(said), said.text) == ([], "Which product do you mean?")


@pytest.mark.parametrize("text", ["move the tire pressure reminder to 3pm", "no, make it 3pm"])
async def test_an_entry_that_moves_by_the_clock_stays_on_its_day(text):
    """R-A4: "to 3pm" is another time of the same day."""
    event = {"id": FIRST, "title": "check the tire pressure", "start_date": "2026-12-24T09:00:00"}
    before = await after("remind me to check the tire pressure on December 24 at 9am", data={"event": event})
    ((tool, arguments),) = calls(await reply(text, [before]))
    assert (tool, arguments["event_id"]) == ("update_calendar_event", FIRST)
    assert arguments["start_date"].startswith("2026-12-24T15:00")


ENTRIES = {"events": [{"id": FIRST, "title": "dentist"}, {"id": SECOND, "title": "oil change"}]}


async def test_an_entry_that_was_not_spoken_of_is_looked_for_first():
    """R-A4: nobody knows ids: the calendar is read, and the entry of that name is the one; no other is touched."""
    first = await reply("cancel the dentist appointment")
    assert calls(first) == [("get_calendar_events", {})]
    seen = step(first, ToolReply(outcome=Outcome.OK, message="Two entries.", data=ENTRIES))
    second = await reply("cancel the dentist appointment", steps=[seen])
    assert calls(second) == [("delete_calendar_event", {"event_id": FIRST})]
    last = await reply("cancel the dentist appointment", steps=[seen, step(second, told("It is off."))])
    assert last.text == "It is off."


async def test_an_entry_that_is_not_there_is_asked_for():
    """R-A4: a look that finds nothing of that name ends in what there is and the question; its answer points at it."""
    text = "cancel the haircut appointment"
    first = await reply(text)
    seen = step(first, ToolReply(outcome=Outcome.OK, message="Two entries.", data=ENTRIES))
    asked = await reply(text, steps=[seen])
    assert (calls(asked), asked.text) == ([], "Two entries. Which entry of your calendar do you mean?")
    before = turn(text, asked.text)
    before.results["call_0"] = seen.results[0]
    assert calls(await reply("the second one", [before])) == [("delete_calendar_event", {"event_id": SECOND})]
