"""What the agent finds in a message, and what the memory worker takes."""

import pytest

from pam_agent.stated import facts_in
from pam_agent.statement_rules import RULES
from pam_shared.tools.validation import validated
from pam_tools_memory.kinds import Kind
from pam_tools_memory.tools.remember import remember

pytestmark = pytest.mark.unit


def test_every_rule_s_facts_are_of_a_kind_that_is_kept_and_every_kind_has_a_rule():
    """R-A7: one list of kinds in two services that do not know each other."""
    assert {rule.kind for rule in RULES} == set(Kind)


@pytest.mark.parametrize("text", ["We have two dogs.", f"I love {'very ' * 90}long walks", f"I love {'o' * 300}"])
def test_what_is_found_can_be_remembered(text):
    """R-A7: as it is, also where the member goes on and on."""
    [fact] = facts_in(text)
    assert validated(remember.input_model, vars(fact)).statement == fact.statement
