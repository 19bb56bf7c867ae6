"""Side income: ideas everybody sees once they are approved, and what came of trying them."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest

from pam_shared.contracts.identity import Role
from pam_shared.errors import InvalidRequestError, NotFoundError, NotPermittedError
from pam_tools_budget.tools.add_hustle_idea import add_hustle_idea
from pam_tools_budget.tools.estimate_monthly_income import estimate_monthly_income
from pam_tools_budget.tools.list_hustle_ideas import list_hustle_ideas
from pam_tools_budget.tools.list_ideas_to_review import list_ideas_to_review
from pam_tools_budget.tools.log_hustle_attempt import log_hustle_attempt
from pam_tools_budget.tools.review_hustle_idea import review_hustle_idea


@pytest.fixture
def operator(new_ledger):
    """Somebody who decides on ideas."""
    return new_ledger(roles=frozenset({Role.MEMBER, Role.ADMIN}))


@pytest.fixture
def tag():
    """A word no other test's ideas have."""
    return f"tag {uuid4()}"


async def propose(member, title="Detailing", **more):
    return (await member.run(add_hustle_idea, title=title, **more)).idea.id


async def listed(member, **asked):
    return [idea.title for idea in (await member.run(list_hustle_ideas, **asked)).ideas]


async def test_an_idea_is_written_down_to_be_decided_on(ledger):
    """R-T1: tags are small letters, each once."""
    result = await ledger.run(add_hustle_idea, title=" RV detailing ", avg_earnings=600, tags=["RV", "rv ", "Soap"])
    assert (result.idea.title, result.idea.tags, result.idea.status) == ("RV detailing", ["rv", "soap"], "pending")
    assert result.message == (
        'I wrote down your idea "RV detailing", about $600.00 a month. Others see it once it is approved.'
    )


async def test_an_idea_is_its_authors_alone_until_it_is_approved(new_ledger, operator, tag):
    """R-T6: pending ideas of others are seen by nobody; rejected ones by nobody at all."""
    ann, ben = new_ledger(), new_ledger()
    idea_id = await propose(ann, tags=[tag])
    assert (await listed(ann, tag=tag), await listed(ben, tag=tag)) == (["Detailing"], [])
    decided = await operator.run(review_hustle_idea, idea_id=idea_id, verdict="approved")
    assert decided.message == '"Detailing" is approved.'
    assert (await listed(ann, tag=tag.upper()), await listed(ben, tag=tag)) == (["Detailing"], ["Detailing"])
    assert [(idea.mine, idea.status) for idea in (await ben.run(list_hustle_ideas, tag=tag)).ideas] == [
        (False, "approved")
    ]
    await operator.run(review_hustle_idea, idea_id=idea_id, verdict="rejected")
    assert await listed(ann, tag=tag) == await listed(ben, tag=tag) == []


async def test_operators_alone_decide_on_ideas(new_ledger, operator):
    """R-S4: also straight in SQL a member's call approves nothing."""
    ann = new_ledger()
    idea_id = await propose(ann, "Firewood")
    waiting = (await operator.run(list_ideas_to_review, limit=100)).ideas
    assert "Firewood" in [idea.title for idea in waiting]
    for tool, arguments in (
        (list_ideas_to_review, {}),
        (review_hustle_idea, {"idea_id": idea_id, "verdict": "approved"}),
    ):
        with pytest.raises(NotPermittedError):
            await ann.run(tool, **arguments)
    for statement in (
        "update hustle_ideas set status = 'approved'",
        "insert into hustle_ideas (user_id, title, status) values (current_member(), 'Fast money', 'approved')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ann.rows(statement)
    with pytest.raises(NotFoundError):
        await operator.run(review_hustle_idea, idea_id=uuid4(), verdict="approved")


async def test_pages_of_ideas_lose_none_and_repeat_none_while_new_ones_come(ledger, tag):
    """R-T1: keyset pages; exactly full pages have no next one."""
    titles = [f"Idea {n}" for n in range(6)]
    for title in titles:
        await propose(ledger, title, tags=[tag])
    seen, cursor = [], None
    while True:
        page = await ledger.run(list_hustle_ideas, tag=tag, limit=2, cursor=cursor)
        seen += [idea.title for idea in page.ideas]
        assert page.has_more == (page.next_cursor is not None)
        if not page.has_more:
            break
        cursor = page.next_cursor
        await propose(ledger, "Newer", tags=[tag])
    assert seen == titles[::-1]
    assert (await ledger.run(list_hustle_ideas, tag=tag, limit=8)).has_more is False


@pytest.mark.parametrize("cursor", ["x", "e30=", "MjAyNi0wNS0xM3xub3QtYS11dWlk", "ÿ"])
async def test_a_cursor_of_somebody_elses_making_is_refused(ledger, cursor):
    """R-T3: the field is named."""
    with pytest.raises(InvalidRequestError, match=r"cursor: give the next_cursor"):
        await ledger.run(list_hustle_ideas, cursor=cursor)


async def test_no_ideas_are_told_as_none(ledger, tag):
    """R-T5: "no results" is an outcome of its own."""
    result = await ledger.run(list_hustle_ideas, tag=tag)
    assert result.is_empty
    assert result.message == f'There are no ideas about "{tag}" yet. Tell me one and I will write it down.'


async def test_a_film_in_which_an_idea_was_tried_is_named(ledger, administrator, tag):
    """R-D3: operators collect them."""
    idea_id = await propose(ledger, tags=[tag])
    await administrator.execute(
        "insert into budget.youtube_hustles (idea_id, title, video_url) values ($1, 'A day of it', 'https://video/1')",
        idea_id,
    )
    [idea] = (await ledger.run(list_hustle_ideas, tag=tag)).ideas
    assert idea.video_url == "https://video/1"


async def test_work_is_written_down_with_what_an_hour_earned(ledger):
    """R-T1: rounded half up; no hours, no rate."""
    idea_id = await propose(ledger)
    result = await ledger.run(log_hustle_attempt, hustle_id=idea_id, hours_spent="1.5", earnings="20", notes="slow")
    assert result.message == "Recorded 1.5 hours of Detailing: $20.00, $13.33 an hour."
    assert (result.attempt.title, result.attempt.status, result.attempt.notes) == ("Detailing", "active", "slow")
    none = await ledger.run(log_hustle_attempt, hustle_id=idea_id, hours_spent=0, earnings=20)
    assert (none.hourly_rate, none.message) == (None, "Recorded 0 hours of Detailing: $20.00.")


async def test_nobody_works_on_an_idea_they_cannot_see(new_ledger):
    """R-T6: somebody else's pending idea is not found."""
    ann, ben = new_ledger(), new_ledger()
    idea_id = await propose(ann)
    for hustle_id in (idea_id, uuid4()):
        with pytest.raises(NotFoundError):
            await ben.run(log_hustle_attempt, hustle_id=hustle_id, hours_spent=1, earnings=1)


async def test_what_was_earned_outlives_the_idea(new_ledger, operator, administrator):
    """R-D7: an author who leaves takes the idea along, not what others earned with it."""
    ann, ben = new_ledger(), new_ledger()
    idea_id = await propose(ann)
    await operator.run(review_hustle_idea, idea_id=idea_id, verdict="approved")
    await ben.run(log_hustle_attempt, hustle_id=idea_id, hours_spent=1, earnings=5)
    await administrator.execute("delete from budget.hustle_ideas where id = $1", idea_id)
    [row] = await ben.rows("select title, earnings from user_hustle_attempts")
    assert tuple(row) == ("Detailing", 5)


async def test_side_income_is_estimated_from_own_earnings_else_the_average(new_ledger, operator):
    """R-A9: approved ideas the member proposed or tried, each with what its figure rests on."""
    ann, ben = new_ledger(), new_ledger()
    tried = await propose(ann, "Tried", avg_earnings=600)
    mine = await propose(ben, "Mine", avg_earnings="200.50")
    await propose(ben, "Pending", avg_earnings=9000)
    for idea_id in (tried, mine):
        await operator.run(review_hustle_idea, idea_id=idea_id, verdict="approved")
    earlier = ben.at(ben.now - timedelta(days=59))
    await earlier.run(log_hustle_attempt, hustle_id=tried, hours_spent=1, earnings=100)
    await ben.run(log_hustle_attempt, hustle_id=tried, hours_spent=1, earnings=20)
    result = await ben.run(estimate_monthly_income)
    assert (result.estimated_monthly_income, result.ideas_count) == (Decimal("260.50"), 2)
    assert result.message == (
        "Your approved ideas could bring about $260.50 a month: $200.50 from Mine, by its average;"
        " $60.00 from Tried, by what you earned."
    )
    assert (await ann.run(estimate_monthly_income)).estimated_monthly_income == 600


async def test_without_approved_ideas_there_is_nothing_to_estimate(ledger):
    """R-T5: "no results" says what to do."""
    await propose(ledger, avg_earnings=600)
    result = await ledger.run(estimate_monthly_income)
    assert (result.is_empty, result.estimated_monthly_income) == (True, 0)
    assert result.message.endswith("Shall I list them?")
