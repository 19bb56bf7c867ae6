"""Vehicles: their sizes, and the one that plans are made for."""

import asyncio

import pytest
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_account.events import VehicleAdded, VehicleChanged
from pam_tools_account.tools.create_vehicle import NewVehicle, create_vehicle
from pam_tools_account.tools.get_vehicles import get_vehicles
from pam_tools_account.tools.update_vehicle import update_vehicle

AT_ONCE = 50


async def primaries(member):
    """The names of the member's primary vehicles."""
    return [vehicle.name for vehicle in (await member.run(get_vehicles)).vehicles if vehicle.is_primary]


async def test_a_vehicle_is_added_with_its_size(member):
    """R-T1: a rig's size decides its routes, so it is kept and told."""
    about = {"make": "Winnebago", "model": "Vista 29V", "year": 2021, "vehicle_type": "motorhome"}
    size = {"height_ft": 12.25, "weight_lbs": 18_000, "length_ft": 29.9}
    added = await member.run(create_vehicle, name="Bessie", **about, **size)
    assert added.message == (
        "I have added Bessie, your 2021 Winnebago Vista 29V, to your vehicles. I will plan for it from now on."
    )
    [known] = (await member.run(get_vehicles)).vehicles
    assert known == added.vehicle
    assert known.model_dump(include={*about, *size}) == about | size
    assert (known.fuel_type, known.is_primary) == ("gasoline", True)
    assert member.events == [VehicleAdded(vehicle=known)]


async def test_what_is_not_known_of_its_size_is_asked_for(member):
    """R-T5: an unknown height is null, not a guess."""
    assert "Tell me its height, weight and length" in (await member.run(create_vehicle, name="Rig")).message
    added = await member.run(create_vehicle, name="Van", height_ft=9, set_as_primary=False)
    assert (added.vehicle.weight_lbs, added.vehicle.length_ft) == (None, None)
    assert added.message.endswith("Tell me its weight and length and I can keep it off roads it does not fit.")


async def test_the_first_vehicle_is_the_primary_and_the_next_only_if_wanted(member):
    """R-T1: who has vehicles has exactly one primary, and it comes first."""
    await member.run(create_vehicle, name="First", set_as_primary=False)
    await member.run(create_vehicle, name="Second", set_as_primary=False)
    assert await primaries(member) == ["First"]
    await member.run(create_vehicle, name="Third")
    await member.run(create_vehicle, name="Fourth", set_as_primary=False)
    assert await primaries(member) == ["Third"]
    assert [vehicle.name for vehicle in (await member.run(get_vehicles)).vehicles] == [
        "Third",
        "Fourth",
        "Second",
        "First",
    ]


async def test_fifty_primaries_at_once_leave_exactly_one(member):
    """R-T1: all are added, one is the primary."""
    wanted = (member.run(create_vehicle, name=f"Van {n}", set_as_primary=bool(n % 3)) for n in range(AT_ONCE))
    await asyncio.gather(*wanted)
    assert len((await member.run(get_vehicles)).vehicles) == AT_ONCE
    assert len(await primaries(member)) == 1


async def test_members_do_not_wait_for_each_others_vehicles(new_member):
    """R-D1: each has their own primary."""
    members = [new_member() for _ in range(AT_ONCE)]
    await asyncio.gather(*(member.run(create_vehicle, name="Van") for member in members))
    assert [await primaries(member) for member in members] == [["Van"]] * AT_ONCE


async def test_a_member_without_vehicles_is_told_so(member):
    """R-T5: none is an answer."""
    none = await member.run(get_vehicles)
    assert (none.is_empty, none.message) == (True, "You have told me of no vehicle.")
    with pytest.raises(NotFoundError, match=r"You have told me of no vehicle yet\. Tell me what you drive"):
        await member.run(update_vehicle, height_ft=12)


async def test_a_size_that_is_told_later_is_kept(member):
    """R-T5: who is asked for a rig's size can tell it; what they did not tell stays, and is asked for again."""
    added = (await member.run(create_vehicle, name="Goldie", make="Tiffin", year=2018)).vehicle
    changed = await member.run(update_vehicle, height_ft=12.67, length_ft=34)
    assert changed.message == (
        "I have noted it. Goldie is 12 ft 8 in high and 34 ft long. I will choose roads and campsites by that."
        " Tell me its weight and I can keep it off roads it does not fit."
    )
    assert changed.vehicle == added.model_copy(update={"height_ft": 12.67, "length_ft": 34})
    assert member.events[-1] == VehicleChanged(vehicle=changed.vehicle)
    listed = await member.run(get_vehicles)
    assert listed.vehicles == [changed.vehicle]
    assert listed.message == (
        "Your vehicle: Goldie, a 2018 Tiffin. Goldie is 12 ft 8 in high and 34 ft long."
        " Tell me its weight and I can keep it off roads it does not fit."
    )


async def test_what_is_known_already_changes_nothing(member):
    """R-E1: no event tells of a change that was none."""
    await member.run(create_vehicle, name="Van", height_ft=9)
    assert (await member.run(update_vehicle, height_ft=9)).message == "I had that of Van already. Van is 9 ft high."
    assert [type(event) for event in member.events] == [VehicleAdded]


async def test_another_vehicle_is_changed_by_its_id_and_becomes_the_primary_if_wanted(member):
    """R-T1: still exactly one primary."""
    first = (await member.run(create_vehicle, name="First")).vehicle
    second = (await member.run(create_vehicle, name="Second")).vehicle
    assert (await member.run(update_vehicle, vehicle_id=str(first.id), name="Rosie")).message == (
        "I have noted it: Rosie."
    )
    assert await primaries(member) == ["Second"]
    told = await member.run(update_vehicle, vehicle_id=str(first.id), set_as_primary=True, fuel_type="diesel")
    assert told.message == "I have noted it: Rosie. It runs on diesel. I will plan for Rosie from now on."
    assert await primaries(member) == ["Rosie"]
    assert {vehicle.id for vehicle in (await member.run(get_vehicles)).vehicles} == {first.id, second.id}


async def test_no_change_and_somebody_elses_vehicle_are_refused(member, new_member):
    """R-S2: a foreign id is no vehicle of theirs."""
    theirs = (await member.run(create_vehicle, name="Van")).vehicle
    with pytest.raises(InvalidRequestError, match="give what is to be changed"):
        await member.run(update_vehicle)
    with pytest.raises(InvalidRequestError, match=r"^year: "):
        await member.run(update_vehicle, year=2999)
    with pytest.raises(NotFoundError, match="no such vehicle"):
        await new_member().run(update_vehicle, vehicle_id=str(theirs.id), name="Mine")
    assert [vehicle.name for vehicle in (await member.run(get_vehicles)).vehicles] == ["Van"]


async def test_a_model_year_beyond_next_years_is_refused(member):
    """R-T5: nothing is written."""
    with pytest.raises(InvalidRequestError, match=r"^year: 2028 is too late"):
        await member.run(create_vehicle, name="Van", year=2028)
    assert (await member.run(get_vehicles)).is_empty


@pytest.mark.unit
@pytest.mark.parametrize(
    "about",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "Van", "vehicle_type": "spaceship"},
        {"name": "Van", "fuel_type": "hope"},
        {"name": "Van", "year": 1899},
        {"name": "Van", "height_ft": 0},
        {"name": "Van", "height_ft": 21},
        {"name": "Van", "height_ft": float("nan")},
        {"name": "Van", "length_ft": 101},
        {"name": "Van", "weight_lbs": 100_001},
    ],
)
def test_a_vehicle_that_is_none_is_refused(about):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        NewVehicle(**about)
