"""The export: all that is held, in three forms, with what is not in it named."""

import base64
import csv
import io
from datetime import UTC, datetime

import pytest

from pam_tools_account.exports import csv_files, pdf
from pam_tools_account.tools.create_vehicle import create_vehicle
from pam_tools_account.tools.export_data import export_data
from pam_tools_account.tools.update_profile import update_profile

NOTE = 'He said "hi", then left.\nÜber 東京'
HELD = {
    "budget": {"expenses": [{"id": "e1", "amount": 45.1, "category": "gas"}], "budgets": []},
    "trip": {"fuel_log": [{"id": "f1", "gallons": 20}]},
    "social": {"messages": [{"id": "m1", "content": "Hello"}], "social_posts": [{"id": "p1", "content": NOTE}]},
    "insight": {"pam_memory": [{"id": "i1", "content": "Likes deserts"}]},
}


@pytest.fixture
async def owner(new_member):
    """A member of whom every worker holds something."""
    member = new_member(exported=HELD)
    await member.run(create_vehicle, name="Bessie", height_ft=12.5)
    return member


async def test_an_export_holds_what_every_worker_holds(owner):
    """R-D7: everything but what was not asked for, and that is said."""
    reply = await owner.reply(export_data)
    export = reply.data["export"]
    assert export["budget"] == HELD["budget"]
    assert (export["trip"], export["insight"]) == (HELD["trip"], HELD["insight"])
    assert export["social"] == {"social_posts": HELD["social"]["social_posts"]}
    [vehicle] = export["account"]["vehicles"]
    assert (vehicle["name"], vehicle["height_ft"]) == ("Bessie", 12.5)
    assert reply.data["rows"] == {
        "account.profiles": 1,
        "account.vehicles": 1,
        "budget.expenses": 1,
        "trip.fuel_log": 1,
        "social.social_posts": 1,
        "insight.pam_memory": 1,
    }
    assert reply.message == (
        "Your export has 6 records from 6 tables."
        " Not in it: messages with other members and your conversations with PAM."
    )
    assert (reply.partial, len(reply.sources)) == (False, 5)


@pytest.mark.parametrize(
    ("asked", "tables"),
    [
        ({"include_expenses": False}, {"trip.fuel_log", "social.social_posts"}),
        ({"include_trips": False}, {"budget.expenses", "social.social_posts"}),
        ({"include_social": False}, {"budget.expenses", "trip.fuel_log"}),
        ({"include_messages": True}, {"budget.expenses", "trip.fuel_log", "social.social_posts", "social.messages"}),
        ({"include_messages": True, "include_social": False}, {"budget.expenses", "trip.fuel_log", "social.messages"}),
    ],
)
async def test_what_is_not_wanted_is_not_in_it(owner, asked, tables):
    """R-D7: and it is named as left out."""
    found = await owner.run(export_data, **asked)
    always = {"account.profiles", "account.vehicles", "insight.pam_memory"}
    assert set(found.rows) == tables | always
    assert "your conversations with PAM" in found.not_included
    assert ("messages with other members" in found.not_included) == (not asked.get("include_messages"))


async def test_who_did_not_answer_is_named(new_member):
    """R-T5: a partial export says that it is one."""
    reply = await new_member(exported={"budget": HELD["budget"]}).reply(export_data)
    assert (reply.partial, reply.data["missing"]) == (True, ["trip", "social", "insight"])
    assert reply.message.endswith(
        "I could not get your trip, social and insight records just now; please ask again later."
    )


async def test_of_somebody_new_nothing_is_held(new_member):
    """R-T5: no results is an answer."""
    empty = {domain: {} for domain in HELD}
    reply = await new_member(exported=empty).reply(export_data)
    assert (reply.outcome, reply.message.split(".")[0]) == ("no_results", "I hold nothing about you yet")


async def test_comma_separated_values_read_back_as_they_were(owner):
    """R-D7: one text for each table, whatever is in it."""
    found = await owner.run(export_data, format="csv")
    assert (found.export, found.pdf_base64) == (None, None)
    assert set(found.files) == {name.replace(".", "/") + ".csv" for name in found.rows}
    [post] = csv.DictReader(io.StringIO(found.files["social/social_posts.csv"], newline=""))
    assert post == {"id": "p1", "content": NOTE}


@pytest.mark.unit
def test_rows_with_different_columns_share_a_table():
    """R-D7: no column is lost."""
    [text] = csv_files({"trip": {"fuel_log": [{"id": 1}, {"id": 2, "note": "x"}]}}).values()
    assert [*csv.DictReader(io.StringIO(text))] == [{"id": "1", "note": ""}, {"id": "2", "note": "x"}]


async def test_a_document_is_handed_over_as_base64(owner):
    """R-D7: a PDF, whatever alphabet is in it."""
    found = await owner.run(export_data, format="pdf")
    document = base64.b64decode(found.pdf_base64)
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    assert found.export is None


@pytest.mark.unit
def test_a_document_holds_words_longer_than_a_line():
    """R-D7: a long link breaks over lines, not the export."""
    assert pdf({"trip": {"t": [{"url": "x" * 5000}]}}, datetime(2026, 5, 13, tzinfo=UTC)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("json", "256,000 is the most. Ask for it in parts"),
        ("csv", "256,000 is the most. Ask for it in parts"),
        ("pdf", "150,000 is the most. Ask for it as json or csv, or in parts"),
    ],
)
async def test_an_export_too_large_for_a_reply_says_so_and_how_to_get_it(new_member, wanted, sentence):
    """R-D7: it is not cut in silence."""
    many = {"budget": {"expenses": [{"id": n, "description": "x" * 400} for n in range(1500)]}}
    member = new_member(exported=HELD | many)
    await member.run(update_profile, location="Reno")
    found = await member.run(export_data, format=wanted)
    assert (found.export, found.files, found.pdf_base64) == (None, None, None)
    assert found.rows["budget.expenses"] == 1500
    assert sentence in found.message
    part = await member.run(export_data, format=wanted, include_expenses=False)
    assert [made for made in (part.export, part.files, part.pdf_base64) if made]


async def test_logs_of_calculations_are_the_first_to_be_left_out(new_member):
    """R-D7: what repeats the other tables makes room for them, and that is said."""
    log = [{"id": n, "result": "x" * 400} for n in range(1500)]
    member = new_member(exported=HELD | {"budget": HELD["budget"] | {"financial_audit_log": log}})
    found = await member.run(export_data)
    assert found.export["budget"] == HELD["budget"]
    assert "the log of calculations" in found.not_included
    assert "and the log of calculations." in found.message
