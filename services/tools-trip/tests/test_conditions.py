"""Is it a day to drive a rig: each threshold, warnings, roads, and what is not known."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pam_shared.errors import ExternalUnavailableError, InvalidRequestError
from pam_tools_trip.conditions import Rating, factors_of, factors_of_alerts, rate
from pam_tools_trip.external import Alert, Day, RoadEvent
from pam_tools_trip.rules import same_road
from pam_tools_trip.tools.check_travel_conditions import check_travel_conditions
from pam_tools_trip.tools.get_road_conditions import get_road_conditions
from pam_tools_trip.tools.get_weather_forecast import get_weather_forecast

TODAY = date(2026, 5, 13)
NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)
FAIR = {
    "date": TODAY, "condition": "Clear sky", "weather_code": 0, "high": 75.0, "low": 50.0, "precipitation": 0.0,
    "precipitation_probability": 0.0, "wind_speed": 8.0, "gusts": 12.0,
}  # fmt: skip


def warning(severity="severe", onset=None, ends=None, event="High Wind Warning"):
    return Alert(
        id="1", event=event, severity=severity, headline=None, description=None, instruction=None, area=None,
        onset=onset, ends=ends,
    )  # fmt: skip


def works(road="US-550", impact="some_lanes_closed", **about):
    known = {
        "id": road, "event_type": "work-zone", "roads": [road], "direction": None, "description": "paving",
        "impact": impact, "start": None, "end": None, "latitude": 37.3, "longitude": -107.9,
    }  # fmt: skip
    return RoadEvent(**(known | about))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("weather", "rating"),
    [
        ({}, Rating.EXCELLENT),
        ({"gusts": 24.9}, Rating.EXCELLENT), ({"gusts": 25.0}, Rating.GOOD), ({"gusts": 35.0}, Rating.FAIR),
        ({"gusts": 45.0}, Rating.POOR), ({"gusts": 60.0}, Rating.DANGEROUS),
        ({"wind_speed": 24.9}, Rating.EXCELLENT), ({"wind_speed": 25.0}, Rating.FAIR),
        ({"wind_speed": 35.0}, Rating.POOR), ({"wind_speed": 50.0}, Rating.DANGEROUS),
        ({"high": 99.9}, Rating.EXCELLENT), ({"high": 100.0}, Rating.FAIR), ({"high": 108.0}, Rating.POOR),
        ({"high": 115.0}, Rating.DANGEROUS),
        ({"low": 20.1}, Rating.EXCELLENT), ({"low": 20.0}, Rating.FAIR), ({"low": 5.0}, Rating.POOR),
        ({"low": -10.0}, Rating.DANGEROUS),
        ({"precipitation": 0.49}, Rating.EXCELLENT), ({"precipitation": 0.5}, Rating.FAIR),
        ({"precipitation": 1.5}, Rating.POOR), ({"precipitation": 3.0}, Rating.DANGEROUS),
        ({"precipitation": 0.05, "low": 32.0}, Rating.POOR), ({"precipitation": 0.04, "low": 32.0}, Rating.EXCELLENT),
        ({"weather_code": 45}, Rating.FAIR), ({"weather_code": 71}, Rating.FAIR), ({"weather_code": 73}, Rating.POOR),
        ({"weather_code": 75}, Rating.DANGEROUS), ({"weather_code": 66}, Rating.DANGEROUS),
        ({"weather_code": 99}, Rating.DANGEROUS), ({"weather_code": 82}, Rating.GOOD),
        ({"gusts": 40.0, "high": 116.0, "weather_code": 45}, Rating.DANGEROUS),
        (dict.fromkeys(("gusts", "wind_speed", "high", "low", "precipitation", "weather_code")), Rating.EXCELLENT),
    ],
)  # fmt: skip
def test_each_threshold_rates_the_day_and_the_worst_decides(weather, rating):
    """R-T1: wind gusts, snow, ice, heat, cold."""
    assert rate(factors_of(Day(**(FAIR | weather)))) is rating


@pytest.mark.unit
@pytest.mark.parametrize(
    ("severity", "rating"),
    [("extreme", Rating.DANGEROUS), ("severe", Rating.POOR), ("moderate", Rating.FAIR), ("minor", Rating.GOOD)],
)
def test_a_warning_counts_by_its_severity(severity, rating):
    """R-T1: official warnings."""
    assert rate(factors_of_alerts([warning(severity)], TODAY, ZoneInfo("UTC"))) is rating


@pytest.mark.unit
def test_a_warning_counts_on_its_days_where_they_are():
    """R-T1: from onset to end, in the place's zone."""
    denver = ZoneInfo("America/Denver")
    night = warning(onset=datetime(2026, 5, 14, 4, tzinfo=UTC), ends=datetime(2026, 5, 14, 5, 30, tzinfo=UTC))
    assert factors_of_alerts([night], TODAY, denver)
    assert not factors_of_alerts([night], TODAY, ZoneInfo("UTC"))
    assert not factors_of_alerts([night], TODAY + timedelta(days=1), denver)


async def test_a_windy_day_is_told_with_its_reason(new_traveller):
    """R-T1: "is it too windy to tow today?"."""
    traveller = new_traveller(days={TODAY: {"gusts": 48.0, "wind_speed": 27.0}})
    result = await traveller.run(check_travel_conditions, location="Denver, CO")
    assert (result.travel_rating, [factor.kind for factor in result.factors]) == (Rating.POOR, ["gusts", "wind"])
    assert result.message.startswith(
        "Driving a rig around Denver, Colorado on Wednesday, May 13 looks poor: gusts to 48 mph, wind of 27 mph."
    )
    tomorrow = await traveller.run(check_travel_conditions, location="Denver, CO", date=TODAY + timedelta(days=1))
    assert (tomorrow.travel_rating, tomorrow.recommendation) == (Rating.EXCELLENT, "Good to go.")


@pytest.mark.parametrize("days", [-1, 16, 400])
async def test_a_day_nobody_can_foretell_is_refused(traveller, days):
    """R-T5: sixteen days."""
    with pytest.raises(InvalidRequestError, match=r"date: .* next 16 days"):
        await traveller.run(check_travel_conditions, location="Denver", date=TODAY + timedelta(days=days))


async def test_a_day_far_ahead_is_less_sure(traveller):
    """R-T5: confidence."""
    reply = await traveller.reply(check_travel_conditions, location="Denver", date=TODAY + timedelta(days=10))
    assert reply.confidence == 0.6


async def test_without_the_warning_service_the_day_is_rated_and_that_is_said(new_traveller):
    """R-E1: one source down is a partial answer."""
    traveller = new_traveller(away={"alerts"})
    reply = await traveller.reply(check_travel_conditions, location="Denver, CO")
    assert (reply.outcome, reply.partial, reply.confidence) == ("ok", True, 0.7)
    assert reply.message.endswith("I can't get official warnings right now.")


async def test_without_any_weather_there_is_no_answer(new_traveller):
    """R-T5: unavailable, not "good to go"."""
    traveller = new_traveller(away={"weather"})
    for tool in (check_travel_conditions, get_weather_forecast):
        with pytest.raises(ExternalUnavailableError):
            await traveller.run(tool, location="Denver, CO")


async def test_a_forecast_tells_now_the_next_days_and_warnings(new_traveller):
    """R-T1: a sentence of three days, seven days in the data."""
    traveller = new_traveller(warnings=[warning()], days={TODAY: {"precipitation_probability": 40.0}})
    result = await traveller.run(get_weather_forecast, location="Moab, UT")
    assert len(result.forecast) == 7
    assert result.message == (
        "Moab, Utah: now clear sky, 70 °F. Wednesday clear sky, 50 to 75 °F, 40% chance of rain or snow;"
        " Thursday clear sky, 50 to 75 °F; Friday clear sky, 50 to 75 °F. Warnings: High Wind Warning."
    )


async def test_whoever_asks_for_so_many_days_is_told_so_many(traveller):
    """R-T1: a sentence that stops at the third of five days answers another question."""
    told = (await traveller.run(get_weather_forecast, location="Moab, UT", days=5)).message
    assert [told.count(day) for day in ("Wednesday", "Friday", "Sunday", "Monday")] == [1, 1, 1, 0]


async def test_the_weather_along_a_route_is_asked_at_once(traveller):
    """R-T1: one request for all its places."""
    result = await traveller.run(
        get_weather_forecast, location="Denver", route=["Vail", "Moab"], days=2, units="metric"
    )
    assert [place.location for place in result.along_route] == ["Vail, Colorado", "Moab, Utah"]
    assert traveller.world.asked.count("weather") == 1


async def test_abroad_warnings_are_unknown_and_not_none(new_traveller):
    """R-T5: "nobody here knows" is told apart from "there are none"."""
    assert (await new_traveller(alerts_covered=False).run(get_weather_forecast, location="Denver")).alerts is None
    assert (await new_traveller().run(get_weather_forecast, location="Denver")).alerts == []


async def test_an_old_answer_says_its_age_and_a_sample_says_what_it_is(new_traveller):
    """R-E1, R-E2: stale and sample are said and marked."""
    stale = await new_traveller(stale={"weather"}).reply(get_weather_forecast, location="Denver")
    assert stale.stale
    assert "weather doesn't answer right now; what I have of it is from 3 hours ago." in stale.message
    sample = await new_traveller(sample=True).reply(get_weather_forecast, location="Denver")
    assert all(source.sample for source in sample.sources)
    assert sample.message.endswith("These are sample figures, made up for trying PAM out.")


@pytest.mark.parametrize(
    ("world", "status"),
    [
        ({}, "clear"),
        ({"events": [works()]}, "caution"),
        ({"events": [works(impact="all_lanes_closed")]}, "closed"),
        ({"warnings": [warning("minor")]}, "caution"),
        ({"warnings": [warning("extreme")]}, "hazardous"),
        ({"days": {TODAY: {"weather_code": 75}}}, "hazardous"),
        ({"roads_covered": False}, "unknown"),
        ({"roads_covered": False, "warnings": [warning()]}, "hazardous"),
        ({"away": {"roads"}}, "unknown"),
    ],
)
async def test_roads_are_as_bad_as_the_worst_that_is_known(new_traveller, world, status):
    """R-T1: closures, works, warnings, weather; what nobody knows is not clear."""
    result = await new_traveller(**world).run(get_road_conditions, location="Denver, CO")
    assert (result.conditions.overall_status, result.conditions.traffic_level) == (status, None)


async def test_roads_without_a_feed_are_a_partial_answer(new_traveller):
    """R-T5: and it is said whose."""
    reply = await new_traveller(roads_covered=False).reply(get_road_conditions, location="Moab, UT")
    assert reply.partial
    assert "No road authority around Moab, Utah publishes its work zones to me: closures are unknown." in reply.message


async def test_one_road_is_told_alone(new_traveller):
    """R-T1: "any construction or closures on US-550 right now?"."""
    traveller = new_traveller(events=[works("US 550"), works("I-70", impact="all_lanes_closed")])
    result = await traveller.run(get_road_conditions, location="Denver", route="US-550")
    assert (result.alert_count, result.conditions.overall_status) == (1, "caution")
    assert result.message.startswith("US-550 around Denver, Colorado: caution - US 550: paving.")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("asked", "road", "same"),
    [("US-550", "us 550 N", True), ("US-550", "US-5501", False), ("I-70", "I 70 Eastbound", True),
     ("I-70", "I-270", False), ("70", "I-70", True), ("Main", "Main St", True),
     ("", "Main St", False), ("C-470 (", "C-470", True)],
)  # fmt: skip
def test_a_road_is_known_by_its_name_however_it_is_written(asked, road, same):
    """R-T1: signs, blanks and directions make no other road."""
    assert same_road(asked, road) is same
