"""The words members use for what money is spent on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pam_tools_budget.categories import SYNONYMS, Category, ExpenseCategory

pytestmark = pytest.mark.unit

CATEGORY = TypeAdapter(Category)


@given(st.sampled_from(sorted({**SYNONYMS, **{c.value: c for c in ExpenseCategory}}.items())), st.data())
def test_a_category_is_known_by_each_of_its_words_however_written(entry, data):
    """R-T3: members say fuel, Fuel or " FUEL "."""
    word, category = entry
    written = data.draw(st.sampled_from([word, word.upper(), word.title(), f"  {word}\t"]))
    assert CATEGORY.validate_python(written) is category


@pytest.mark.parametrize("word", ["", "gas station", "yacht", "None", "g as", 7, None, ["gas"], True])
def test_a_word_nobody_knows_is_refused(word):
    """R-T3: no expense is filed under a guess."""
    with pytest.raises(ValidationError):
        CATEGORY.validate_python(word)


def test_no_synonym_hides_a_category():
    """R-T3: a category's own name always means itself."""
    assert not SYNONYMS.keys() & {category.value for category in ExpenseCategory}


def test_the_schema_tells_the_rules_every_synonym():
    """R-A4: without a model the rules know members' words from the manifest alone."""
    schema = CATEGORY.json_schema()
    assert schema["x-synonyms"] == {word: category.value for word, category in SYNONYMS.items()}
    assert schema["x-synonyms"]["fuel"] == "gas"
