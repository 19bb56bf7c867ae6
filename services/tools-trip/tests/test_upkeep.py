"""Maintenance: what was done, what is due by date or odometer, and what others hear of it."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4, uuid5

import pytest
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_trip.events import MaintenanceLogged
from pam_tools_trip.tools.get_maintenance_schedule import get_maintenance_schedule
from pam_tools_trip.tools.log_fuel import log_fuel
from pam_tools_trip.tools.log_maintenance import log_maintenance
from pam_tools_trip.upkeep import Due, Service, recommendation, standing

TODAY = date(2026, 5, 13)


def service(task="oil change", **about):
    known = {
        "date": date(2026, 1, 1),
        "cost": Decimal(90),
        "mileage": None,
        "next_due_date": None,
        "next_due_mileage": None,
    }
    return Service(uuid4(), None, task, **(known | about))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("due_on", "due_at", "odometer", "expected"),
    [
        (TODAY - timedelta(days=1), None, None, Due.OVERDUE),
        (TODAY, None, None, Due.UPCOMING),
        (TODAY + timedelta(days=30), None, None, Due.UPCOMING),
        (TODAY + timedelta(days=31), None, None, Due.LATER),
        (None, 50_000, 50_001, Due.OVERDUE),
        (None, 50_000, 50_000, Due.UPCOMING),
        (None, 50_000, 49_500, Due.UPCOMING),
        (None, 50_000, 49_499, Due.LATER),
        (None, 50_000, None, Due.LATER),
        (TODAY + timedelta(days=90), 50_000, 50_001, Due.OVERDUE),
        (TODAY - timedelta(days=1), 50_000, 10, Due.OVERDUE),
        (None, None, 10, Due.LATER),
    ],
)
def test_a_service_is_due_by_whichever_comes_first(due_on, due_at, odometer, expected):
    """R-T1: the day itself and the mile itself are not too late."""
    reading = Decimal(odometer) if odometer is not None else None
    assert standing(service(next_due_date=due_on, next_due_mileage=due_at), TODAY, 30, reading) is expected


@pytest.mark.unit
def test_common_practice_is_said_where_no_next_date_is_known():
    """R-T5: a recommendation says what it is."""
    old = service(date=date(2025, 9, 1), mileage=40_000)
    assert recommendation(old, TODAY, None) == (
        "oil change: last done September 1, 2025; every 6 months or 5,000 miles is common, your manual knows better."
    )
    assert recommendation(service(date=TODAY, mileage=40_000), TODAY, Decimal(45_001)) is not None
    assert recommendation(service(date=TODAY, mileage=40_000), TODAY, Decimal(45_000)) is None
    assert recommendation(service(date=date(2025, 9, 1), next_due_date=TODAY), TODAY, None) is None
    assert recommendation(service("new curtains", date=date(2020, 1, 1)), TODAY, None) is None


async def test_a_service_is_written_down_and_others_can_make_an_expense_and_a_reminder_of_it(traveller):
    """R-T1: "brakes serviced at Camping World, $310, due again next spring"."""
    vehicle = traveller.owns(name="Bertha")
    result = await traveller.run(
        log_maintenance, maintenance_type="brakes", description="Front and rear pads", cost="310", mileage=64_000,
        service_provider="Camping World", next_due_date="2027-04-01", next_due_mileage=76_000,
    )  # fmt: skip
    assert result.message == (
        "Recorded brakes for Bertha: $310.00 on May 13, 2026. It is due again on April 1, 2027 or at 76,000 miles."
    )
    record = result.maintenance_record
    assert (record.vehicle_id, record.date, record.cost) == (vehicle, TODAY, 310)
    assert result.reminder_event_id == uuid5(record.id, "reminder")
    [event] = traveller.events
    assert event == MaintenanceLogged(
        maintenance_id=record.id, vehicle_id=vehicle, maintenance_type="brakes", description="Front and rear pads",
        cost=Decimal(310), date=TODAY, next_due_date=date(2027, 4, 1), next_due_mileage=76_000,
        reminder_event_id=result.reminder_event_id,
    )  # fmt: skip


async def test_a_service_for_nothing_without_a_next_date_makes_no_reminder(traveller):
    """R-T1: zero is a cost too."""
    result = await traveller.run(log_maintenance, maintenance_type="tires", description="Checked", cost=0)
    assert (result.reminder_event_id, result.maintenance_record.cost) == (None, 0)
    assert result.message == "Recorded tires for your rig: $0.00 on May 13, 2026."


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"date": TODAY + timedelta(days=2)}, "date: 2026-05-15 is in the future"),
        ({"next_due_date": TODAY}, "next_due_date: 2026-05-13 is not after 2026-05-13"),
        ({"next_due_date": date(2026, 4, 1)}, "next_due_date: 2026-04-01 is not after"),
    ],
)
async def test_dates_that_cannot_be_are_refused(traveller, more, named):
    """R-T5: nothing is written then."""
    with pytest.raises(InvalidRequestError, match=named):
        await traveller.run(log_maintenance, maintenance_type="oil", description="", cost=1, **more)
    assert await traveller.rows("select * from maintenance_records") == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "bad", [{"cost": -1}, {"cost": "1.001"}, {"maintenance_type": ""}, {"mileage": 9, "next_due_mileage": 9}]
)
def test_a_service_that_is_none_is_refused(bad):
    """R-T3: bounds."""
    with pytest.raises(ValidationError):
        log_maintenance.input_model(**({"maintenance_type": "oil", "description": "", "cost": 1} | bad))


async def test_a_schedule_tells_what_is_overdue_and_what_comes_up(traveller):
    """R-T1: by date and by the odometer of the last fill-up; a later record settles an earlier one."""
    log = {"description": "", "date": date(2026, 1, 10)}
    done = (
        {"maintenance_type": "oil change", "cost": 90, "next_due_date": date(2026, 4, 1)},
        {"maintenance_type": "tire rotation", "cost": 40, "next_due_mileage": 65_000},
        {"maintenance_type": "roof seal", "cost": 25, "next_due_date": date(2026, 6, 1)},
        {"maintenance_type": "brakes", "cost": 310, "next_due_date": date(2027, 6, 1)},
        {"maintenance_type": "Wash", "cost": 5, "next_due_date": date(2026, 2, 1)},
    )
    for each in done:
        await traveller.run(log_maintenance, **(log | each))
    await traveller.run(log_maintenance, maintenance_type="wash", description="", cost=5, date=date(2026, 5, 1))
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=64_600)
    result = await traveller.run(get_maintenance_schedule)
    assert [item.task for item in result.overdue] == ["oil change"]
    assert sorted(item.task for item in result.upcoming) == ["roof seal", "tire rotation"]
    assert (result.summary.overdue_count, result.summary.upcoming_count, result.summary.estimated_cost) == (1, 2, 155)
    assert "Overdue: oil change, due on April 1, 2026 (42 days ago)." in result.message
    assert "tire rotation, due at 65,000 miles (400 miles left)" in result.message
    assert result.message.endswith("The last time they cost $155.00 together.")
    sooner = await traveller.run(get_maintenance_schedule, upcoming_days=7)
    assert [item.task for item in sooner.upcoming] == ["tire rotation"]


async def test_an_odometer_nobody_read_is_asked_for(traveller):
    """R-T5: "I don't know" is said, not guessed."""
    await traveller.run(
        log_maintenance, maintenance_type="oil change", description="", cost=90, next_due_mileage=65_000
    )
    result = await traveller.run(get_maintenance_schedule)
    assert (result.upcoming, result.overdue, result.is_empty) == ([], [], False)
    assert result.message == "Nothing is due in the next 30 days."
    assert result.recommendations == ["Tell me the odometer: oil change goes by mileage and I have no reading."]


async def test_without_records_the_member_is_told_what_to_do(traveller):
    """R-T5: no results."""
    result = await traveller.run(get_maintenance_schedule)
    assert result.is_empty
    assert result.message.startswith("I have no maintenance on record.")


async def test_a_schedule_is_of_ones_own_vehicles(new_traveller):
    """G6: another member's vehicle is not found, their services are not seen."""
    ann, ben = new_traveller(), new_traveller()
    hers = ann.owns(name="hers")
    await ann.run(log_maintenance, maintenance_type="oil", description="", cost=90, next_due_date=date(2026, 5, 20))
    assert len((await ann.run(get_maintenance_schedule, vehicle_id=hers)).upcoming) == 1
    with pytest.raises(NotFoundError):
        await ben.run(get_maintenance_schedule, vehicle_id=hers)
    assert (await ben.run(get_maintenance_schedule)).is_empty
