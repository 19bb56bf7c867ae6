"""The social worker as callers see it: messages in, messages out."""

import asyncio
from uuid import uuid4

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import EventEnvelope
from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Effect, Outcome, Visibility
from pam_shared.tools.declaration import find_tools
from pam_tools_social import tools
from tests.harness.waiting import eventually

ASKS_FIRST = {"create_post", "message_friend", "submit_community_tip"}
READS = {
    "find_events", "find_nearby_rvers", "get_feed", "get_social_records", "read_comments", "read_messages",
    "search_community_tips", "search_posts", "suggest_groups",
}  # fmt: skip


@pytest.fixture
async def announced(bus):
    """The data of a person's events of one name."""
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()

    async def read(person, name):
        entries = await reader.read(subjects.event("social", name))
        events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
        return [event.data for event in events if event.user == person.user]

    yield read
    await reader.stop()


async def test_members_meet_in_messages(call, new_person):
    """R-T1: a post, a like, a comment, a follow; between two who know each other's ids alone."""
    ann, ben = new_person(), new_person()
    empty = await call(ben, "get_feed", {"filter_type": "following"})
    assert (empty.outcome, empty.data["has_more"]) == (Outcome.NO_RESULTS, False)
    post = (await call(ann, "create_post", {"content": "Hello", "visibility": "public"})).data["post"]
    assert (await call(ben, "follow_user", {"target": str(ann.user)})).data == {"following": True, "friends": False}
    feed = await call(ben, "get_feed", {"filter_type": "following"})
    assert (feed.outcome, [one["id"] for one in feed.data["posts"]]) == (Outcome.OK, [post["id"]])
    assert feed.message == '1 post: a traveller: "Hello" (0 likes).'
    liked = await call(ben, "like_post", {"post_id": post["id"]})
    assert liked.data == {"liked": True, "likes_count": 1}
    await call(ben, "comment_on_post", {"post_id": post["id"], "comment": "Hi"})
    read = await call(ann, "read_comments", {"post_id": post["id"]})
    assert read.data["comments"][0]["author"]["user_id"] == str(ben.user)
    assert read.data["post"]["comments_count"] == 1


async def test_a_message_repeated_under_its_key_is_sent_once(call, new_person, announced):
    """G4: also when the repeats come all at once; others hear who wrote to whom, not what."""
    ann, ben = new_person(), new_person()
    await call(ben, "create_post", {"content": "I am here"})
    arguments = {"recipient": str(ben.user), "message": "Secret"}
    replies = await asyncio.gather(*(call(ann, "message_friend", arguments, key="same") for _ in range(10)))
    assert {reply.data["sent"]["id"] for reply in replies} == {replies[0].data["sent"]["id"]}
    assert len((await call(ben, "read_messages", {})).data["messages"]) == 1
    [event] = await eventually(lambda: announced(ann, "message_sent"))
    assert event == {"message_id": replies[0].data["sent"]["id"], "recipient_id": str(ben.user)}


async def test_a_message_is_tried_out_on_whoever_it_is_for(call, new_person, announced):
    """R-T3, R-A10: nobody is asked whether to write to somebody who is not there, and trying sends nothing."""
    ann, ben = new_person(), new_person()
    await call(ben, "create_post", {"content": "I am here"})
    nobody = await call(ann, "message_friend", {"recipient": "zebulon", "message": "Hi"}, dry_run=True)
    assert nobody.message.startswith("I know no traveller 'zebulon'.")
    fine = await call(ann, "message_friend", {"recipient": str(ben.user), "message": "Hi"}, dry_run=True)
    assert (fine.outcome, fine.message, fine.data) == (Outcome.OK, "Send “Hi” to a traveller", None)
    assert (await call(ben, "read_messages", {})).outcome is Outcome.NO_RESULTS
    assert await announced(ann, "message_sent") == []


async def test_likes_of_many_members_at_once_are_all_counted(call, new_person):
    """R-T1: through the worker, its pool and its transactions."""
    ann = new_person()
    post = (await call(ann, "create_post", {"content": "Hello", "visibility": "public"})).data["post"]
    fans = [new_person() for _ in range(50)]
    await asyncio.gather(*(call(fan, "like_post", {"post_id": post["id"]}) for fan in fans))
    assert (await call(ann, "like_post", {"post_id": post["id"]})).data["likes_count"] == 51


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("create_post", {"content": ""}, "content"),
        ("message_friend", {"recipient": "x", "message": "m" * 2001}, "message"),
        ("comment_on_post", {"post_id": "1", "comment": "x"}, "post_id"),
        ("search_posts", {}, "query is missing"),
        ("get_feed", {"limit": 101}, "limit"),
        ("get_feed", {"filter_type": "enemies"}, "filter_type"),
        ("share_location", {"location_name": "x", "latitude": 90.1, "longitude": 0}, "latitude"),
        ("share_location", {"location_name": "x", "latitude": 0, "longitude": 0, "share_duration_hours": 169}, "hours"),
        ("find_nearby_rvers", {"latitude": 0, "longitude": 0, "radius_miles": 501}, "radius_miles"),
        ("suggest_groups", {"limit": 21}, "limit"),
    ],
)
async def test_a_bad_argument_is_named(call, person, tool, arguments, named):
    """R-T3: the model is told what to correct."""
    reply = await call(person, tool, arguments)
    assert (reply.error.code, reply.error.advice) == ("invalid_arguments", Advice.CORRECT_ARGUMENTS)
    assert named in reply.message


async def test_what_is_not_there_is_not_found(call, person):
    """R-T6: an id nobody has is told like one that is somebody else's."""
    for tool, arguments in (
        ("like_post", {"post_id": str(uuid4())}),
        ("rsvp_event", {"event_id": str(uuid4())}),
        ("join_group", {"group_id": str(uuid4())}),
        ("follow_user", {"target": str(uuid4())}),
    ):
        reply = await call(person, tool, arguments)
        assert (reply.outcome, reply.error.code) == (Outcome.FAILED, "not_found")


async def test_every_tool_succeeds_for_a_newcomer_with_its_own_examples(call, person):
    """R-T3: what the model is shown as an example is one."""
    found = {tool.name: tool.manifest("social").input_schema for tool in find_tools(tools)}

    async def example(name):
        """Arguments of a tool, ids taken from results of those that make such things."""
        given = {}
        for field in found[name].get("required", []):
            schema = found[name]["properties"][field]
            given[field] = await made(schema["x-id-from"]) if "x-id-from" in schema else schema["examples"][0]
        return given

    async def made(where):
        maker, path = where.split(":")
        arguments = await example(maker)
        if "name" in arguments:
            arguments["name"] += f" {uuid4()}"
        data = (await call(person, maker, arguments)).data
        for step in path.split("."):
            data = data[step]
        return data

    # Last the one after which sample_sam cannot be written to.
    for name in sorted(found, key=lambda name: name == "block_member"):
        arguments = await example(name)
        reply = await call(person, name, arguments)
        assert reply.success, (name, arguments, reply.message)
        assert reply.message.endswith((".", "?", "!")), (name, reply.message)


@pytest.mark.unit
def test_what_speaks_to_others_asks_the_member_first():
    """R-A10: effects are what callers may rely on."""
    found = {tool.name: tool for tool in find_tools(tools)}
    assert {name for name, tool in found.items() if tool.effect is Effect.DESTRUCTIVE} == ASKS_FIRST
    assert {name for name, tool in found.items() if tool.effect is Effect.READ} == READS
    assert {name for name, tool in found.items() if tool.visibility is not Visibility.LLM} == {"get_social_records"}


@pytest.mark.unit
def test_no_tool_takes_the_members_own_id():
    """G6: who asks is proved, not said."""
    for tool in find_tools(tools):
        assert "user_id" not in tool.manifest("social").input_schema.get("properties", {})
