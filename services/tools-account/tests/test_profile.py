"""Profile, settings and privacy: what is not said stays, names are one's own, others hear the whole state."""

import asyncio

import pytest
from pydantic import ValidationError

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_tools_account.events import PrivacyChanged, ProfileUpdated, SettingsChanged
from pam_tools_account.members import Privacy, Profile, Settings
from pam_tools_account.tools.manage_privacy import PrivacyChanges, manage_privacy
from pam_tools_account.tools.update_profile import ProfileChanges, update_profile
from pam_tools_account.tools.update_settings import SettingsChanges, update_settings

AT_ONCE = 50


async def test_a_profile_is_made_when_it_is_first_changed_and_keeps_what_is_not_said(member):
    """R-T1: a change changes what was said and nothing else, and others hear all of it."""
    first = await member.run(update_profile, username="Road_Runner", bio="On the road.", rv_year=2021)
    assert first.updated_fields == ["username", "bio", "rv_year"]
    assert first.message == "I have updated your username, bio and RV year."
    second = await member.run(
        update_profile, location="Elko, NV", rv_type="Class A", avatar_url="https://pictures.example/me.png"
    )
    assert second.profile == Profile(
        username="Road_Runner",
        bio="On the road.",
        avatar_url="https://pictures.example/me.png",
        location="Elko, NV",
        rv_type="Class A",
        rv_year=2021,
    )
    assert member.events[-1] == ProfileUpdated(**second.profile.model_dump())
    assert member.events[-1].model_dump().keys() == Profile.model_fields.keys()


async def test_an_empty_text_removes_what_was_there(member):
    """R-T1: a member can take back what they told."""
    await member.run(update_profile, bio="Old", location="Reno", rv_type="Van")
    emptied = await member.run(update_profile, bio="", location="", rv_type="")
    assert emptied.profile == Profile()
    assert emptied.updated_fields == ["bio", "location", "rv_type"]


async def test_a_username_is_one_members_whatever_its_capitals(member, new_member):
    """R-T5: the refusal says what to do; the member's other changes are not half made."""
    await member.run(update_profile, username="HighwayStar")
    other = new_member()
    with pytest.raises(ConflictError, match=r"username: highwaySTAR is taken \(capitals make no difference\)"):
        await other.run(update_profile, username="highwaySTAR", bio="Me")
    assert (await other.run(update_profile, location="Reno")).profile == Profile(location="Reno")


async def test_a_member_may_write_their_own_name_otherwise(member):
    """R-T5: one's own name is not taken."""
    await member.run(update_profile, username="dustydan")
    assert (await member.run(update_profile, username="DustyDan")).profile.username == "DustyDan"
    assert (await member.run(update_profile, username="DustyDan")).profile.username == "DustyDan"


async def test_a_name_that_was_given_up_is_free(member, new_member):
    """R-T5: a name belongs to whoever bears it now."""
    await member.run(update_profile, username="first_name")
    await member.run(update_profile, username="second_name")
    assert (await new_member().run(update_profile, username="First_Name")).profile.username == "First_Name"


async def test_of_fifty_who_want_a_name_at_once_one_gets_it(new_member):
    """R-T1: unique under concurrency, and everybody else is told."""
    members = [new_member() for _ in range(AT_ONCE)]
    names = ["TheOneAndOnly" if number % 2 else "theoneandonly" for number in range(AT_ONCE)]
    wanted = (member.run(update_profile, username=name) for member, name in zip(members, names, strict=True))
    found = await asyncio.gather(*wanted, return_exceptions=True)
    assert len([result for result in found if not isinstance(result, Exception)]) == 1
    assert len([result for result in found if isinstance(result, ConflictError)]) == AT_ONCE - 1


async def test_fifty_first_changes_at_once_make_one_profile(member, administrator):
    """R-T1: get or create by upsert, nothing lost."""
    await asyncio.gather(*(member.run(update_profile, rv_year=1950 + n) for n in range(AT_ONCE)))
    await asyncio.gather(*(member.run(update_settings, budget_alerts=False) for _ in range(AT_ONCE)))
    await asyncio.gather(*(member.run(manage_privacy, location_sharing=True) for _ in range(AT_ONCE)))
    for table in ("profiles", "user_settings", "privacy_settings"):
        count = await administrator.fetchval(
            f"select count(*) from account.{table} where user_id = $1", member.identity.user
        )
        assert count == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"bio": None},
        {"username": "ab"},
        {"username": "a" * 31},
        {"username": "with space"},
        {"username": "naïve"},
        {"username": "trailing\n"},
        {"bio": "x" * 501},
        {"avatar_url": "javascript:alert(1)"},
        {"avatar_url": "not a url"},
        {"rv_year": 1899},
        {"email": "me@example.com"},
    ],
)
def test_a_profile_change_that_is_none_is_refused(changes):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        ProfileChanges(**changes)


async def test_a_model_year_beyond_next_years_is_refused(member):
    """R-T5: the bound moves with the calendar."""
    assert (await member.run(update_profile, rv_year=2027)).profile.rv_year == 2027
    with pytest.raises(InvalidRequestError, match="rv_year: 2028 is too late"):
        await member.run(update_profile, rv_year=2028)


async def test_settings_begin_with_their_defaults_and_change_one_by_one(member):
    """R-T1: the sentence says what changed, the result and the event say all."""
    changed = await member.run(update_settings, theme="dark", language="fr_ca", budget_alerts=False)
    assert changed.settings == Settings(
        email_notifications=True,
        push_notifications=True,
        theme="dark",
        language="fr-CA",
        budget_alerts=False,
        trip_reminders=True,
    )
    assert changed.message == "I have changed your settings (theme: dark, language: fr-CA, budget alerts: off)."
    again = await member.run(update_settings, push_notifications=False)
    assert (again.settings.theme, again.settings.push_notifications) == ("dark", False)
    assert member.events[-1] == SettingsChanged(**again.settings.model_dump())


@pytest.mark.parametrize("language", ["xx", "xx-US", "en-1"])
async def test_a_language_that_is_none_is_refused_and_nothing_changes(member, language):
    """R-T5: the field is named."""
    with pytest.raises(InvalidRequestError, match=r"^language: "):
        await member.run(update_settings, language=language, theme="dark")
    assert (await member.run(update_settings, trip_reminders=True)).settings.theme == "auto"


@pytest.mark.unit
@pytest.mark.parametrize("changes", [{}, {"theme": "blue"}, {"language": "e"}, {"language": "en-USA"}, {"sound": True}])
def test_a_setting_that_is_none_is_refused(changes):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        SettingsChanges(**changes)


async def test_privacy_begins_with_its_defaults_and_others_hear_the_whole_of_it(member):
    """R-T1: public, nothing located, no money shown, until the member says otherwise."""
    changed = await member.run(manage_privacy, allow_messages="friends", location_sharing=True)
    assert changed.privacy_settings == Privacy(
        profile_visibility="public",
        location_sharing=True,
        show_activity=True,
        allow_messages="friends",
        data_collection=True,
        trip_sharing=False,
        financial_data_visibility="none",
    )
    assert changed.message == "I have changed your privacy (location sharing: on, allow messages: friends)."
    hidden = await member.run(manage_privacy, profile_visibility="private", data_collection=False)
    assert (hidden.privacy_settings.allow_messages, hidden.privacy_settings.location_sharing) == ("friends", True)
    assert member.events == [
        PrivacyChanged(**changed.privacy_settings.model_dump()),
        PrivacyChanged(**hidden.privacy_settings.model_dump()),
    ]


@pytest.mark.unit
@pytest.mark.parametrize("changes", [{}, {"allow_messages": "enemies"}, {"profile_visibility": ""}, {"x": 1}])
def test_a_privacy_that_is_none_is_refused(changes):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        PrivacyChanges(**changes)
