"""All rules there are: for each tool, what speaks for it and where its arguments are found."""

from pam_agent.rules import (
    account,
    budget,
    calendar,
    charges,
    entries,
    income,
    insight,
    meetups,
    memory,
    operators,
    posts,
    profile,
    rigs,
    savings,
    shop,
    social,
    trip,
    units,
)
from pam_agent.rules.rule import Rule

RULES: tuple[Rule, ...] = tuple(
    rule
    for domain in (
        budget,
        entries,
        savings,
        charges,
        income,
        trip,
        units,
        social,
        posts,
        meetups,
        shop,
        account,
        profile,
        rigs,
        calendar,
        insight,
        operators,
        memory,
    )
    for rule in domain.RULES
)
