"""The trip worker as callers see it, in the sample world: messages in, messages out."""

import asyncio

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import EventEnvelope
from pam_shared.contracts.location import Fix
from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Outcome
from pam_shared.tools.declaration import find_tools
from pam_tools_trip import tools
from pam_tools_trip.samples.sample import Mood
from tests.harness.waiting import eventually

CATALOGUE = {
    "plan_trip", "find_rv_parks", "get_weather_forecast", "calculate_gas_cost", "find_cheap_gas", "optimize_route",
    "get_road_conditions", "find_attractions", "estimate_travel_time", "save_favorite_spot",
    "check_route_restrictions", "check_travel_conditions", "update_vehicle_fuel_consumption", "convert_units",
    "log_maintenance", "log_fuel", "get_maintenance_schedule", "manage_fuel_stations", "get_travel_records",
}  # fmt: skip
OUTSIDE = {
    "plan_trip", "find_rv_parks", "get_weather_forecast", "calculate_gas_cost", "find_cheap_gas", "optimize_route",
    "get_road_conditions", "find_attractions", "estimate_travel_time", "check_route_restrictions",
    "check_travel_conditions",
}  # fmt: skip
WITH_A_PLACE = OUTSIDE - {"calculate_gas_cost"}


def examples(tool):
    """The arguments its schema offers as an example."""
    schema = tool.input_model.model_json_schema()
    if "examples" in schema:
        return schema["examples"][0]
    return {name: schema["properties"][name]["examples"][0] for name in schema.get("required", [])}


@pytest.fixture
async def announced(bus):
    """The data of a person's events of one name."""
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()

    async def read(person, name):
        entries = await reader.read(subjects.event("trip", name))
        events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
        return [event.data for event in events if event.user == person.user]

    yield read
    await reader.stop()


def test_the_catalogue_is_whole():
    """R-T1: eighteen tools and the internal one; plan_trip five times a minute."""
    found = {tool.name: tool for tool in find_tools(tools)}
    assert set(found) == CATALOGUE
    assert [name for name, tool in found.items() if tool.visibility == "internal"] == ["get_travel_records"]
    assert found["plan_trip"].calls_per_minute == 5
    aliases = {alias for tool in found.values() for alias in tool.aliases}
    assert {"mapbox_tool", "unit_conversion", "pam_log_fuel", "openmeteo_weather_tool"} <= aliases


async def test_every_tool_answers_its_example_for_a_new_member(call, person):
    """R-T1: with the sample world, and marked as one."""
    for tool in find_tools(tools):
        reply = await call(person, tool.name, examples(tool))
        assert reply.success, (tool.name, reply.message)
        assert reply.message
        if tool.name in OUTSIDE:
            assert any(source.sample for source in reply.sources), tool.name
            assert "These are sample figures" in reply.message, tool.name


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.MALFORMED, Mood.THROTTLED_SILENTLY])
async def test_a_world_that_fails_is_told_and_never_invented(call, person, samples, mood):
    """R-E1: unavailable or partial in time, and no figure from nowhere."""
    from pam_tools_trip.samples.server import SERVICES

    samples[0].moods.update(dict.fromkeys(SERVICES, mood))
    names = sorted(OUTSIDE)
    found = {tool.name: tool for tool in find_tools(tools)}
    replies = await asyncio.gather(*(call(person, name, examples(found[name])) for name in names))
    for name, reply in zip(names, replies, strict=True):
        if name in WITH_A_PLACE:
            assert reply.outcome is Outcome.UNAVAILABLE, (name, reply)
            assert reply.error.advice is Advice.TRY_LATER
        else:
            assert (reply.outcome, reply.partial, reply.data.get("total_cost")) == (Outcome.OK, True, None)


async def test_the_members_position_travels_in_the_header(call, person):
    """R-D5: GPS, then what is known from it."""
    fix = Fix(latitude=38.573, longitude=-109.550, accuracy_m=8, at=utc_now())
    near = await call(person, "check_travel_conditions", {"location": "near me"}, fix=fix)
    assert near.success, near
    assert "your device's location" in {source.name for source in near.sources}
    known = await call(person, "check_travel_conditions", {"location": "here"})
    assert "your last known location" in {source.name for source in known.sources}


async def test_a_fill_up_repeated_under_its_key_is_one_fill_up(call, person, announced):
    """G4: also when the repeats come all at once; others hear of it once."""
    arguments = {"gallons": 31, "cost": 118.4, "odometer": 64210, "location": "Elko, NV"}
    replies = await asyncio.gather(*(call(person, "log_fuel", arguments, key="same") for _ in range(5)))
    assert len({reply.data["fuel_log"]["id"] for reply in replies}) == 1
    [event] = await eventually(lambda: announced(person, "fuel_logged"))
    assert event["fuel_log_id"] == replies[0].data["fuel_log"]["id"]
    assert (event["cost"], event["gallons"], event["fuel_type"], event["location"]) == (
        "118.40",
        "31.000",
        "regular",
        "Elko, NV",
    )


async def test_the_sixth_plan_of_a_minute_has_to_wait(call, person):
    """R-S7: five a minute."""
    plan = {"origin": "Moab, UT", "destination": "Denver, CO"}
    replies = [await call(person, "plan_trip", plan) for _ in range(6)]
    assert [reply.success for reply in replies] == [True] * 5 + [False]
    assert replies[-1].error.code == "rate_limited"


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("find_rv_parks", {"location": "Moab", "radius_miles": 501}, "radius_miles"),
        ("find_rv_parks", {"location": "Moab", "amenities": ["butler"]}, "amenities.0"),
        ("get_weather_forecast", {"location": "Moab", "days": 15}, "days"),
        ("find_cheap_gas", {"location": "x" * 501}, "location"),
        ("check_route_restrictions", {"origin": "a", "destination": "b", "vehicle_height_ft": 3}, "vehicle_height_ft"),
        ("calculate_gas_cost", {"distance_miles": 1, "user_id": "somebody"}, "user_id"),
    ],
)
async def test_a_bad_argument_is_named(call, person, tool, arguments, named):
    """R-T3: the model is told what to correct."""
    reply = await call(person, tool, arguments)
    assert (reply.error.code, reply.error.advice) == ("invalid_arguments", Advice.CORRECT_ARGUMENTS)
    assert named in reply.message
