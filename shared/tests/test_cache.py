"""The cache, alone and with a real Valkey that goes away and comes back."""

import asyncio
from signal import SIGCONT, SIGSTOP
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel, TypeAdapter

from pam_shared import redis_tier
from pam_shared.cache import PROFILE, Cache, Tier
from pam_shared.embedded.processes import choose_port
from pam_shared.embedded.valkey import start_valkey
from pam_shared.errors import ExternalUnavailableError, InvalidRequestError

TEXT = TypeAdapter(str)
HOURLY = Tier("hourly", fresh_for=3600, stale_for=86_400)


class Clock:
    """A clock that moves when the test says so."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Source:
    """What is asked on a miss: it counts, and answers what the test says."""

    def __init__(self, value="first"):
        self.value, self.asked, self.open = value, 0, asyncio.Event()
        self.open.set()

    async def __call__(self):
        self.asked += 1
        await self.open.wait()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
async def caches(valkey_url):
    """Make caches that share a Valkey, as the processes of a service do, or stand alone."""
    made, prefix = [], f"test:{uuid4()}:"

    def make(url=valkey_url, **more):
        made.append(Cache(url, prefix=prefix, **more))
        return made[-1]

    yield make
    for cache in made:
        await cache.stop()


@pytest.fixture(params=["alone", "shared"])
def cache(request, caches):
    return caches("" if request.param == "alone" else request.getfixturevalue("valkey_url"), clock=Clock())


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def soon_back(monkeypatch):
    """Redis is asked again soon after it was away."""
    monkeypatch.setattr(redis_tier, "LEFT_ALONE", 0.05)


async def test_what_was_loaded_is_not_loaded_again_while_fresh(cache, source):
    """R-D2: cache first, fresh for as long as the tier says."""
    first = await cache.fetch(HOURLY, "fuel", TEXT, source)
    source.value = "second"
    again = await cache.fetch(HOURLY, "fuel", TEXT, source)
    cache._clock.now += 3601
    later = await cache.fetch(HOURLY, "fuel", TEXT, source)
    assert [(found.value, found.kind) for found in (first, again, later)] == [
        ("first", "live"),
        ("first", "cached"),
        ("second", "live"),
    ]
    assert again.as_of == first.as_of < later.as_of


async def test_what_is_too_old_is_better_than_nothing_until_it_is_too_stale(cache, source):
    """R-E1: a stale copy for up to 24 hours, with its age."""
    first = await cache.fetch(HOURLY, "fuel", TEXT, source)
    source.value = ExternalUnavailableError("The service is away.")
    cache._clock.now += 23 * 3600
    stale = await cache.fetch(HOURLY, "fuel", TEXT, source)
    assert (stale.value, stale.kind, stale.as_of) == ("first", "stale", first.as_of)
    cache._clock.now += 3601
    with pytest.raises(ExternalUnavailableError):
        await cache.fetch(HOURLY, "fuel", TEXT, source)


async def test_an_error_that_time_does_not_mend_is_not_covered_up(cache, source):
    """R-E1: a stale copy stands in for an absent service, not for a refused question."""
    await cache.fetch(HOURLY, "fuel", TEXT, source)
    cache._clock.now += 3601
    source.value = InvalidRequestError("No such place.")
    with pytest.raises(InvalidRequestError):
        await cache.fetch(HOURLY, "fuel", TEXT, source)


async def test_what_is_not_worth_keeping_is_returned_and_forgotten(cache, source):
    """R-E1: half an answer is better than none, and not good enough for the next one who asks."""
    for _ in range(2):
        found = await cache.fetch(HOURLY, "fuel", TEXT, source, keep=lambda value: value != "first")
        assert (found.value, found.kind) == ("first", "live")
    assert source.asked == 2


async def test_fifty_who_ask_at_once_load_once(cache, source):
    """R-D2: single flight on a miss."""
    source.open.clear()
    asking = [asyncio.create_task(cache.fetch(HOURLY, "fuel", TEXT, source)) for _ in range(50)]
    await asyncio.sleep(0.2)
    source.open.set()
    assert {found.value for found in await asyncio.gather(*asking)} == {"first"}
    assert source.asked == 1


async def test_one_who_gives_up_does_not_spoil_it_for_the_others(cache, source):
    """R-D2: the load belongs to all who wait for it."""
    source.open.clear()
    first, second = (asyncio.create_task(cache.fetch(HOURLY, "fuel", TEXT, source)) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    await asyncio.sleep(0.05)
    source.open.set()
    assert (await second).value == "first"
    assert first.cancelled()
    assert source.asked == 1


async def test_a_load_nobody_waits_for_any_more_ends(cache, source):
    """R-D2: cancelling leaves no task behind, and the next one to ask begins anew."""
    source.open.clear()
    asking = asyncio.create_task(cache.fetch(HOURLY, "fuel", TEXT, source))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "Cache._load" in repr(task)]
    source.open.set()
    assert (await cache.fetch(HOURLY, "fuel", TEXT, source)).value == "first"


async def test_an_error_is_everybodys_and_nobodys_afterwards(cache, source):
    """R-D2: those who wait share the error; it is not kept."""
    source.value = ExternalUnavailableError("The service is away.")
    told = await asyncio.gather(*(cache.fetch(HOURLY, "fuel", TEXT, source) for _ in range(5)), return_exceptions=True)
    assert {type(error) for error in told} == {ExternalUnavailableError}
    source.value = "back"
    assert (await cache.fetch(HOURLY, "fuel", TEXT, source)).value == "back"


async def test_invalidating_forgets_one_members_tier_and_nothing_else(cache, source):
    """R-D2: invalidated by events when the member changes something."""
    anna, ben = uuid4(), uuid4()
    social = Tier("social", fresh_for=300)
    for user, tier in ((anna, PROFILE), (anna, social), (ben, PROFILE)):
        await cache.fetch(tier, "summary", TEXT, source, user=user)
    await cache.invalidate(anna, PROFILE)
    kinds = [
        (await cache.fetch(tier, "summary", TEXT, source, user=user)).kind
        for user, tier in ((anna, PROFILE), (anna, social), (ben, PROFILE))
    ]
    assert kinds == ["live", "cached", "cached"]


async def test_what_was_being_loaded_while_it_was_invalidated_is_not_kept(cache, source):
    """R-D2: a load that began before the change must not bring the old value back."""
    anna = uuid4()
    source.open.clear()
    before = asyncio.create_task(cache.fetch(PROFILE, "me", TEXT, source, user=anna))
    await asyncio.sleep(0.05)
    await cache.invalidate(anna, PROFILE)
    newer = Source("second")
    after = await cache.fetch(PROFILE, "me", TEXT, newer, user=anna)
    source.open.set()
    assert ((await before).value, after.value) == ("first", "second")
    assert (await cache.fetch(PROFILE, "me", TEXT, newer, user=anna)).value == "second"


async def test_one_process_invalidates_for_all(caches, source):
    """R-D2: also what another process has in its memory."""
    here, there = caches(), caches()
    anna = uuid4()
    for cache in (here, there):
        await cache.fetch(PROFILE, "me", TEXT, source, user=anna)
    assert source.asked == 1
    await here.invalidate(anna, PROFILE)
    source.value = "second"
    assert (await there.fetch(PROFILE, "me", TEXT, source, user=anna)).value == "second"


async def test_an_evicted_generation_never_brings_old_data_back(caches, source, valkey_url):
    """R-D2: Redis may forget anything at any time."""
    here, there = caches(), caches()
    anna = uuid4()
    await there.fetch(PROFILE, "me", TEXT, source, user=anna)
    await here.invalidate(anna, PROFILE)
    tier = here._redis
    await tier._redis.delete(tier._generation(f"profile:{anna}"))
    source.value = "second"
    assert (await there.fetch(PROFILE, "me", TEXT, source, user=anna)).value == "second"


async def test_everything_works_while_redis_is_away(caches, source, tmp_path, soon_back):
    """R-D2: what is everybody's is answered from memory; a member's data is loaded anew."""
    server = await start_valkey(tmp_path / "valkey")
    cache, anna = caches(server.url), uuid4()
    await cache.fetch(HOURLY, "fuel", TEXT, source)
    await cache.fetch(PROFILE, "me", TEXT, source, user=anna)
    await server.stop()
    assert (await cache.fetch(HOURLY, "fuel", TEXT, source)).kind == "cached"
    assert (await cache.fetch(PROFILE, "me", TEXT, source, user=anna)).kind == "live"
    assert (await cache.fetch(HOURLY, "diesel", TEXT, source)).kind == "live"
    assert (await cache.fetch(HOURLY, "diesel", TEXT, source)).kind == "cached"


@pytest.fixture
async def torn(caches, source, tmp_path, soon_back):
    """Two caches whose Valkey holds a member's entry and has just stopped answering; and how to make it go on."""
    server = await start_valkey(tmp_path / "valkey")
    here, there, anna = caches(server.url), caches(server.url), uuid4()
    await here.fetch(PROFILE, "me", TEXT, source, user=anna)
    server.process.send_signal(SIGSTOP)
    await here.fetch(HOURLY, "anything", TEXT, source)  # which finds out, so that nothing more is sent for a while
    yield here, there, anna, lambda: server.process.send_signal(SIGCONT)
    server.process.send_signal(SIGCONT)
    await server.stop()


async def test_what_was_invalidated_while_redis_was_away_is_told_when_it_is_back(torn, source):
    """R-D2: an entry that survived in Redis must not outlive its member's change, in no process."""
    here, there, anna, go_on = torn
    await here.invalidate(anna, PROFILE)
    go_on()
    source.value = "second"
    async with asyncio.timeout(5):
        while (await there.fetch(PROFILE, "me", TEXT, source, user=anna)).value == "first":  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)
    assert (await here.fetch(PROFILE, "me", TEXT, source, user=anna)).value == "second"


async def test_until_it_is_told_the_one_who_knows_does_not_believe_redis(torn, source):
    """R-D2: the process that saw the change answers with it from then on."""
    here, _, anna, go_on = torn
    here._redis._repaying = asyncio.create_task(asyncio.sleep(60))  # it does not come to telling
    await here.invalidate(anna, PROFILE)
    go_on()
    source.value = "second"
    await asyncio.sleep(0.2)
    assert (await here.fetch(PROFILE, "me", TEXT, source, user=anna)).value == "second"


async def test_nobody_joins_a_load_that_began_before_the_change_while_redis_is_away(torn):
    """R-D2: without Redis there is no generation to tell them apart by."""
    here, _, anna, _ = torn
    older, newer = Source("first"), Source("second")
    older.open.clear()
    before = asyncio.create_task(here.fetch(PROFILE, "me", TEXT, older, user=anna))
    await asyncio.sleep(0.15)
    await here.invalidate(anna, PROFILE)
    async with asyncio.timeout(5):
        after = await here.fetch(PROFILE, "me", TEXT, newer, user=anna)
    older.open.set()
    assert ((await before).value, after.value) == ("first", "second")


async def test_a_hanging_redis_costs_its_deadline_once(caches, source, tmp_path):
    """R-D2: after one question without an answer nobody waits for Redis for a while."""
    server = await start_valkey(tmp_path / "valkey")
    cache = caches(server.url)
    await cache.fetch(HOURLY, "warm", TEXT, source)
    server.process.send_signal(SIGSTOP)
    begun = asyncio.get_running_loop().time()
    for number in range(20):
        await cache.fetch(HOURLY, str(number), TEXT, source)
    assert asyncio.get_running_loop().time() - begun < 1
    server.process.send_signal(SIGCONT)
    await server.stop()


async def test_no_redis_at_the_address_is_as_good_as_none(caches, source):
    """R-D2: a wrong address is a warning, not a stop."""
    cache = caches(f"redis://127.0.0.1:{choose_port()}/0")
    assert (await cache.fetch(HOURLY, "fuel", TEXT, source)).kind == "live"
    assert (await cache.fetch(HOURLY, "fuel", TEXT, source)).kind == "cached"


async def test_giving_up_in_the_middle_of_a_question_to_redis_mixes_nothing_up(caches):
    """R-D2: the answer to one question is never taken for the answer to another."""
    cache = caches(memory=1)  # so that everything comes from Redis
    for number in range(20):
        await cache.fetch(HOURLY, str(number), TEXT, Source(f"value {number}"))
    numbers = [number % 20 for number in range(200)]
    asking = [asyncio.create_task(cache.fetch(HOURLY, str(n), TEXT, Source(f"value {n}"))) for n in numbers]
    for task in asking[::3]:
        asyncio.get_running_loop().call_later(0.0005, task.cancel)
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert any(isinstance(found, asyncio.CancelledError) for found in answers)
    for number, found in zip(numbers, answers, strict=True):
        assert isinstance(found, asyncio.CancelledError) or found.value == f"value {number}"


async def test_what_an_older_version_wrote_is_loaded_anew(cache):
    """R-D2: a deployment that changes a shape finds no use for the entries before it."""

    class Older(BaseModel):
        name: str

    class Newer(BaseModel):
        title: str

    await cache.fetch(HOURLY, "thing", TypeAdapter(Older), Source(Older(name="a")))
    found = await cache.fetch(HOURLY, "thing", TypeAdapter(Newer), Source(Newer(title="b")))
    assert found.value == Newer(title="b")


async def test_memory_is_bounded_and_the_least_used_goes_first(caches):
    """R-D2: a process keeps so many bytes and no more."""
    cache = caches("", memory=100)
    source = Source("x" * 28)  # 30 bytes with its quotes
    for key in "abc":
        await cache.fetch(HOURLY, key, TEXT, source)
    await cache.fetch(HOURLY, "a", TEXT, source)
    await cache.fetch(HOURLY, "d", TEXT, source)
    assert cache._memory._size <= 100
    assert (await cache.fetch(HOURLY, "a", TEXT, source)).kind == "cached"
    assert (await cache.fetch(HOURLY, "b", TEXT, source)).kind == "live"


async def test_hits_and_misses_are_counted_with_their_time(cache, source):
    """R-D2: hit rate and time are seen."""

    def counted(outcome):
        labels = {"tier": "counted", "outcome": outcome}
        return REGISTRY.get_sample_value("pam_cache_seconds_count", labels) or 0

    before = [counted(outcome) for outcome in ("loaded", "memory", "failed")]
    tier = Tier("counted", fresh_for=60)
    for _ in range(3):
        await cache.fetch(tier, "fuel", TEXT, source)
    source.value = ExternalUnavailableError("away")
    with pytest.raises(ExternalUnavailableError):
        await cache.fetch(tier, "other", TEXT, source)
    after = [counted(outcome) for outcome in ("loaded", "memory", "failed")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 2, 1]


async def test_stopping_tells_those_who_wait(source):
    """R-D2: a stop leaves no task and nobody waiting."""
    cache = Cache()
    source.open.clear()
    asking = asyncio.create_task(cache.fetch(HOURLY, "fuel", TEXT, source))
    await asyncio.sleep(0.01)
    await cache.stop()
    with pytest.raises(Exception, match="stopped"):
        await asking
