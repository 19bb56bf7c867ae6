"""The rules need no server."""

import pytest

from pam_shared.contracts.tools import Effect, Visibility
from pam_shared.tools.declaration import find_tools
from pam_tools_memory import tools
from pam_tools_memory.kinds import Kind
from pam_tools_memory.rules import is_secret, needs_confirming, plain_subject, plain_words

pytestmark = pytest.mark.unit

MANIFESTS = {tool.name: tool.manifest("memory") for tool in find_tools(tools)}


def test_what_forgets_asks_the_member_first_and_the_context_is_not_offered():
    """R-A10, R-S4: effects and visibility."""
    asking = {name for name, tool in MANIFESTS.items() if tool.effect is Effect.DESTRUCTIVE}
    hidden = {name for name, tool in MANIFESTS.items() if tool.visibility is not Visibility.LLM}
    assert asking == {"forget_memory", "forget_all_memories"}
    assert hidden == {"get_memory_context"}


@pytest.mark.parametrize("written", ["My  Dogs", "our dogs", "the DOGS", "dogs"])
def test_a_subject_is_the_same_whosever_it_is_said_to_be(written):
    """R-A7: a newer fact meets the older one."""
    assert plain_subject(written) == "dogs"


def test_the_same_words_are_the_same_statement():
    """R-A7: case, spaces and signs do not make another fact."""
    assert plain_words(" We have TWO dogs: Max & Bella!") == plain_words("we have two dogs, max bella")
    assert plain_words("We have two dogs.") != plain_words("We have three dogs.")


@pytest.mark.parametrize(
    ("kind", "statement", "asked"),
    [
        (Kind.HEALTH, "I sleep badly.", True),
        (Kind.MONEY, "We live on little.", True),
        (Kind.DIET, "I'm allergic to peanuts.", True),
        (Kind.ABOUT_ME, "My pension is small.", True),
        (Kind.ABOUT_ME, "I get $2,100 a month.", True),
        (Kind.PERSON, "Ann is at (208) 555-0134.", True),
        (Kind.PERSON, "Write to ann@example.org.", True),
        (Kind.PERSON, "My sister Ann lives in Boise.", False),
        (Kind.DATE, "We married on June 3, 1987.", False),
        (Kind.RIG, "My rig is 34 ft long and weighs 12,500 lbs.", False),
        (Kind.PREFERENCE, "I save the best sites for spring.", False),
    ],
)
def test_health_money_and_contacts_are_asked_about(kind, statement, asked):
    """R-A7: confirmed when it matters."""
    assert needs_confirming(kind, statement, 1) is asked


def test_what_is_unsure_is_asked_about():
    """R-A7: a guess is no fact."""
    assert needs_confirming(Kind.PLACE, "Perhaps I liked Bend.", 0.6)


@pytest.mark.parametrize(
    ("statement", "secret"),
    [
        ("My PIN is 4711.", True),
        ("the wifi password is swordfish", True),
        ("My card is 4111 1111 1111 1111.", True),
        ("My card is 4111-1111-1111-1112.", False),
        ("I forget every password I have.", False),
        ("My rig has 123456 miles on it.", False),
    ],
)
def test_secrets_are_known_by_their_looks(statement, secret):
    """R-S: what nobody should have told is not kept; a card's number by its check digit."""
    assert is_secret(statement) is secret
