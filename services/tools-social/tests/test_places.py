"""Locations that are shared, and who is near."""

import math
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError, NotPermittedError
from pam_tools_social.geography import EARTH_RADIUS, box_around
from pam_tools_social.tools.block_member import block_member
from pam_tools_social.tools.find_nearby_rvers import find_nearby_rvers
from pam_tools_social.tools.share_location import share_location
from pam_tools_social.tools.stop_sharing_location import stop_sharing_location

QUARTZSITE = {"latitude": 33.6639, "longitude": -114.2300}
LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def miles(latitude_1, longitude_1, latitude_2, longitude_2):
    a, b, c, d = map(math.radians, (latitude_1, longitude_1, latitude_2, longitude_2))
    x = [(math.cos(p) * math.cos(q), math.cos(p) * math.sin(q), math.sin(p)) for p, q in ((a, b), (c, d))]
    return EARTH_RADIUS * 2 * math.asin(min(1, math.dist(*x) / 2))


async def near(member, of, **where):
    """Who of some members is found near a place."""
    found = await member.run(find_nearby_rvers, **{**QUARTZSITE, "limit": 100, **where})
    return [one for one in found.rvers if one.user_id in {other.user for other in of}]


@pytest.mark.parametrize("circle", ["friends", "followers", "public"])
async def test_a_location_is_shown_to_those_it_is_shared_with(ann, new_member, circle):
    """R-T1: only when shared, only with whom."""
    stranger, follower, friend = [await new_member(name) for name in ("stranger", "follower", "friend")]
    await follower.follow_(ann)
    await ann.befriend(friend)
    assert await near(friend, [ann]) == []
    await ann.run(share_location, location_name="La Posa", share_with=circle, **QUARTZSITE)
    seen_by = {one.name.split("_")[0] for one in (stranger, follower, friend) if await near(one, [ann])}
    expected = {"friends": {"friend"}, "followers": {"friend", "follower"}}
    assert seen_by == expected.get(circle, {"stranger", "follower", "friend"})


async def test_followers_see_a_location_unless_the_member_chose_others(ann, ben, cat):
    """R-T1: the default is not public; is_public is public by another name."""
    await ben.follow_(ann)
    now = datetime(2030, 11, 23, 18, 0, tzinfo=UTC)
    shared = await ann.at(now, "America/Phoenix").run(share_location, location_name="La Posa", **QUARTZSITE)
    assert shared.message == "“La Posa” is seen by your followers until Sunday, November 24, 2030, 11:00."
    assert shared.expires_at == now + timedelta(hours=24)
    assert (len(await near(ben, [ann])), len(await near(cat, [ann]))) == (1, 0)
    await ann.run(share_location, location_name="La Posa", is_public=True, **QUARTZSITE)
    assert len(await near(cat, [ann])) == 1
    with pytest.raises(InvalidRequestError, match="is_public and share_with contradict"):
        await ann.run(share_location, location_name="X", is_public=True, share_with="friends", **QUARTZSITE)


async def test_a_location_shared_with_one_member_is_seen_by_nobody_else(ann, ben, cat):
    """R-T1, G6: "share my spot with Ben" tells Ben, not all who follow; and not once they are apart."""
    for other in (ben, cat):
        await ann.befriend(other)
    shared = await ann.run(share_location, location_name="La Posa", recipient=str(ben.user), **QUARTZSITE)
    assert " alone until " in shared.message
    assert shared.location.recipient.user_id == ben.user
    assert (len(await near(ben, [ann])), len(await near(cat, [ann]))) == (1, 0)
    await ann.run(share_location, location_name="La Posa", **QUARTZSITE)
    assert len(await near(cat, [ann])) == 1
    await ann.run(share_location, location_name="La Posa", recipient=str(ben.user), **QUARTZSITE)
    await ann.run(block_member, target=str(ben.user))
    assert await near(ben, [ann]) == []


@pytest.mark.parametrize("more", [{"is_public": True}, {"share_with": "friends"}])
async def test_one_member_alone_and_a_circle_contradict_each_other(ann, ben, more):
    """R-T3: refused, not guessed: the wider of the two would be seen by whom it is not meant for."""
    with pytest.raises(InvalidRequestError, match="one member alone"):
        await ann.run(share_location, location_name="X", recipient=str(ben.user), **more, **QUARTZSITE)


async def test_a_location_is_shown_until_it_expires(ann, ben):
    """R-T1: two hours shared three hours ago are over, by the database's own clock."""
    asked = {"location_name": "La Posa", "share_with": "public", "share_duration_hours": 2, **QUARTZSITE}
    await ann.at(datetime.now(UTC) - timedelta(hours=3)).run(share_location, **asked)
    assert await near(ben, [ann]) == []
    assert (await ann.run(stop_sharing_location)).message == "You were not sharing a location."
    await ann.at(datetime.now(UTC) - timedelta(hours=1)).run(share_location, **asked)
    assert len(await near(ben, [ann])) == 1


async def test_a_location_is_withdrawn_at_once(ann, ben):
    """R-T1: what was shared can be taken back."""
    await ann.run(share_location, location_name="La Posa", share_with="public", **QUARTZSITE)
    assert (await ann.run(stop_sharing_location)).message == "Nobody sees La Posa as your place any longer."
    assert await near(ben, [ann]) == []


async def test_where_sharing_is_switched_off_nothing_is_shown_or_shared(ann, ben):
    """R-T1: location_sharing, the member's word in the account worker, counts at once."""
    await ann.run(share_location, location_name="La Posa", share_with="public", **QUARTZSITE)
    await ann.privacy(location_sharing=False)
    assert await near(ben, [ann]) == []
    with pytest.raises(NotPermittedError, match="switched off in your privacy settings"):
        await ann.run(share_location, location_name="La Posa", **QUARTZSITE)
    await ann.privacy(location_sharing=True)
    assert len(await near(ben, [ann])) == 1


async def test_who_shows_no_activity_was_last_seen_at_no_time(ann, ben):
    """R-T1: show_activity."""
    await ann.run(share_location, location_name="La Posa", share_with="public", **QUARTZSITE)
    assert (await near(ben, [ann]))[0].last_seen is not None
    await ann.privacy(show_activity=False)
    assert (await near(ben, [ann]))[0].last_seen is None


async def test_a_member_is_at_one_place(ann, ben):
    """R-T1: the place shared last; and nobody is near themselves."""
    await ann.run(share_location, location_name="Somewhere", share_with="public", latitude=0, longitude=0)
    await ann.run(share_location, location_name="La Posa", share_with="public", **QUARTZSITE)
    assert [one.location_name for one in await near(ben, [ann])] == ["La Posa"]
    assert await near(ben, [ann], latitude=0, longitude=0) == []
    assert await near(ann, [ann]) == []


async def test_the_nearest_come_first(ann, ben, cat):
    """R-T1: distances on the sphere, in miles with one place."""
    await ann.run(share_location, location_name="Blythe", share_with="public", latitude=33.6103, longitude=-114.5964)
    await ben.run(share_location, location_name="La Posa", share_with="public", latitude=33.6, longitude=-114.23)
    found = await near(cat, [ann, ben])
    assert [(one.location_name, one.distance_miles) for one in found] == [("La Posa", 4.4), ("Blythe", 21.4)]
    assert [one.location_name for one in await near(cat, [ann, ben], radius_miles=21)] == ["La Posa"]


@pytest.mark.parametrize(
    ("here", "there", "radius"),
    [
        ((-17.0, 179.9), (-17.0, -179.9), 20),  # across the date line, from both sides
        ((-17.0, -179.9), (-17.0, 179.9), 20),
        ((89.9, 10.0), (89.9, -170.0), 20),  # over the pole
        ((-90.0, 0.0), (-89.9, 123.0), 10),
    ],
)
async def test_travellers_are_near_across_the_edges_of_the_map(ann, ben, here, there, radius):
    """R-T1: the date line and the poles are lines on maps, not in the world."""
    await ann.run(share_location, location_name="There", share_with="public", latitude=there[0], longitude=there[1])
    assert len(await near(ben, [ann], latitude=here[0], longitude=here[1], radius_miles=radius)) == 1


async def test_nobody_near_is_an_answer(ann):
    """R-T5: nobody is invented."""
    reply = await ann.reply(find_nearby_rvers, latitude=-75, longitude=-100)
    assert (reply.outcome, reply.message) == (
        "no_results",
        "Nobody within 50 miles shares where they are with you right now.",
    )


@pytest.mark.unit
@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES, st.integers(1, 500))
def test_a_box_holds_everything_within_its_circle(latitude, longitude, other_latitude, other_longitude, radius):
    """R-T1: the index loses nobody whom the distance would keep."""
    if miles(latitude, longitude, other_latitude, other_longitude) <= radius - 1e-6:
        box = box_around(latitude, longitude, radius)
        assert box.south <= other_latitude <= box.north
        assert any(west <= other_longitude <= east for west, east in box.spans)


@pytest.mark.unit
@given(st.floats(-80, 80), LONGITUDES, st.floats(0, 360), st.integers(1, 500), st.floats(0, 0.999))
def test_a_box_holds_every_point_one_can_drive_to(latitude, longitude, bearing, radius, share):
    """R-T1: the same, with points made to lie within the circle."""
    reach, turn, start = radius * share / EARTH_RADIUS, math.radians(bearing), math.radians(latitude)
    north = math.asin(math.sin(start) * math.cos(reach) + math.cos(start) * math.sin(reach) * math.cos(turn))
    east = math.atan2(
        math.sin(turn) * math.sin(reach) * math.cos(start), math.cos(reach) - math.sin(start) * math.sin(north)
    )
    there = (math.degrees(north), (longitude + math.degrees(east) + 540) % 360 - 180)
    box = box_around(latitude, longitude, radius)
    assert box.south <= there[0] <= box.north
    assert any(west <= there[1] <= east_end for west, east_end in box.spans)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((40.7128, -74.0060), (34.0522, -118.2437), 2445.6),  # New York, Los Angeles
        ((0, 0), (0, 180), math.pi * EARTH_RADIUS),
        ((90, 5), (-90, -170), math.pi * EARTH_RADIUS),
        ((12.5, 7.25), (12.5, 7.25), 0),
    ],
)
async def test_the_database_measures_as_the_crow_flies(administrator: asyncpg.Connection, a, b, expected):
    """R-T1: the haversine formula, also for points opposite each other."""
    measured = await administrator.fetchval("select social.miles_between($1, $2, $3, $4)", *a, *b)
    assert measured == pytest.approx(expected, abs=0.1)
    assert measured == pytest.approx(miles(*a, *b), abs=1e-3)
