"""Which category a transaction belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.merchants import NAMES, TERMS, WORDS, guess
from pam_tools_budget.tools.categorize_transaction import categorize_transaction


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("KOA HOLIDAY BILLINGS MT", "campground"),
        ("AutoZone #4411", "repair"),
        ("SHELL OIL 57442 ELKO NV", "gas"),
        ("FLYING J #612 DIESEL", "diesel"),
        ("Love's Travel Stop", "gas"),
        ("WAL-MART SUPERCENTER", "groceries"),
        ("MCDONALD'S F12", "restaurant"),
        ("Denny's 2231", "restaurant"),
        ("PETSMART dog food", "pet"),
        ("E-ZPASS REBILL", "tolls"),
        ("STARLINK INTERNET", "internet"),
        ("GEICO AUTO", "insurance"),
        ("amzn mktp", "shopping"),
        ("AT&T bill", "phone"),
        ("US Forest Service site fee", "campground"),
        ("Blue Rhino tank", "propane"),
    ],
)
def test_merchants_are_known_as_banks_write_them(text, category):
    """R-T1: with high confidence."""
    found = guess(text, "", None)
    assert (found.category.value, found.sure) == (category, True)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["Main Street Diner", "Joe's Garage", "City ticket"])
def test_a_word_of_the_trade_alone_is_no_proof(text):
    """R-T1: a garage parks and repairs."""
    found = guess(text, "", None)
    assert found.terms
    assert not found.sure


@pytest.mark.unit
@pytest.mark.parametrize("text", ["", "XQZ 9931", "reimbursement", "koala", "mobile office"])
def test_what_nobody_knows_is_other_with_no_confidence(text):
    """R-T5: a word within a word says nothing."""
    found = guess(text, "", None)
    assert (found.category, found.score, found.terms) == (ExpenseCategory.OTHER, 0, [])


@pytest.mark.unit
@given(st.text(max_size=100), st.text(max_size=50), st.none() | st.decimals("0.01", "999", places=2))
def test_any_text_gets_a_category_and_a_share(description, merchant, amount):
    """R-T3: no text breaks it."""
    found = guess(description, merchant, amount)
    assert 0 <= found.score <= 1
    assert bool(found.terms) == (found.score > 0)


@pytest.mark.unit
@given(st.sampled_from(TERMS))
def test_every_known_word_is_found_however_it_is_written(entry):
    """R-T1: capitals and signs do not matter."""
    term, *_ = entry
    found = guess(f"#12 {term.upper().replace(' ', '-')}*99", "", None)
    assert found.terms


@pytest.mark.unit
def test_no_name_stands_for_two_categories():
    """R-T1: a merchant that did would be a coin toss."""
    terms = [term for table in (NAMES, WORDS) for words in table.values() for term in words]
    assert len(terms) == len(set(terms))


@pytest.mark.unit
def test_a_few_dollars_at_the_pump_are_rarely_fuel():
    """R-T1: the amount counts where it can."""
    full, snack = (guess("SHELL 12", "", amount).score for amount in (60, 4))
    assert snack < full


async def test_a_transaction_is_told_its_category_and_why(ledger):
    """R-A9: the words it was known by are named."""
    reply = await ledger.reply(categorize_transaction, description="KOA HOLIDAY BILLINGS MT", amount=57.12)
    assert reply.message == '"KOA HOLIDAY BILLINGS MT" is campground, by the word "koa".'
    assert (reply.data["confidence"], reply.confidence) == ("high", reply.data["score"])
    assert (await ledger.run(categorize_transaction, description="4411", merchant="AutoZone")).category == "repair"
    unsure = await ledger.run(categorize_transaction, description="Main Street Diner")
    assert unsure.confidence == "low"
    assert "though I am not sure" in unsure.message
    unknown = await ledger.run(categorize_transaction, description="XQZ 9931")
    assert unknown.is_empty
    assert unknown.message.startswith('I don\'t know what "XQZ 9931" is for.')
