"""How services are treated: breaker, spacing, pauses, one name, one request for all who ask at once."""

import asyncio
import time
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY

from pam_shared.errors import ExternalUnavailableError
from pam_tools_trip.external import Point, breaker, spacing
from pam_tools_trip.external.breaker import Breaker, FailedError
from pam_tools_trip.external.spacing import Spacing

MOAB = Point(38.5733, -109.5498)


class Clock:
    """Time that moves when the test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def guarded():
    heard = []
    clock = Clock()
    circuit = Breaker("The map", heard.append, clock=clock)
    circuit.clock, circuit.heard = clock, heard
    return circuit


def fail(circuit, times=1):
    for _ in range(times):
        with pytest.raises(FailedError), circuit.guard():
            raise FailedError("No answer.")


@pytest.mark.unit
def test_five_failures_open_the_circuit_for_a_minute_and_then_one_may_try(guarded):
    """R-T2: five failures, 60 s open, half-open."""
    fail(guarded, 4)
    guarded.check()
    fail(guarded)
    with pytest.raises(ExternalUnavailableError) as told:
        guarded.check()
    assert told.value.problem.retry_after == 60
    guarded.clock.now = 60.0
    with guarded.guard(), pytest.raises(ExternalUnavailableError):
        guarded.check()  # one at a time
    guarded.check()
    assert guarded.heard == [True, False]


@pytest.mark.unit
def test_a_failed_trial_opens_it_for_another_minute(guarded):
    """R-T2: half-open means one failure is enough."""
    fail(guarded, 5)
    guarded.clock.now = 61.0
    fail(guarded)
    guarded.clock.now = 120.0
    with pytest.raises(ExternalUnavailableError):
        guarded.check()
    guarded.clock.now = 121.0
    guarded.check()


@pytest.mark.unit
def test_an_answer_forgets_the_failures_before_it(guarded):
    """R-T2: five in a row."""
    fail(guarded, 4)
    with guarded.guard():
        pass
    fail(guarded, 4)
    guarded.check()


@pytest.mark.unit
def test_a_cancelled_trial_says_nothing_and_lets_the_next_one_try(guarded):
    """R-T2: members who stop a turn neither open nor close a circuit."""
    fail(guarded, 5)
    guarded.clock.now = 60.0
    with pytest.raises(asyncio.CancelledError), guarded.guard():
        raise asyncio.CancelledError
    with pytest.raises(FailedError), guarded.guard():
        raise FailedError("No answer.")
    with pytest.raises(ExternalUnavailableError):
        guarded.check()


async def test_an_open_circuit_is_not_asked_and_closes_again(world, samples, monkeypatch):
    """R-T2: after five failures nobody waits for the service; a good trial brings it back."""
    monkeypatch.setattr(breaker, "OPEN_FOR", 3.0)
    samples.feel("open-meteo", "down")
    for number in range(5):
        with pytest.raises(FailedError):
            await world.weather.forecast(Point(30 + number, -100))
    assert REGISTRY.get_sample_value("pam_external_circuit_open", {"service": "open-meteo"}) == 1
    with pytest.raises(ExternalUnavailableError) as told:
        await world.weather.forecast(Point(40, -100))
    assert told.value.problem.code == "circuit_open"
    assert samples.count("open-meteo") == 5
    samples.feel("open-meteo", "success")
    await asyncio.sleep(3.0)
    assert (await world.weather.forecast(Point(41, -100))).kind == "live"
    assert REGISTRY.get_sample_value("pam_external_circuit_open", {"service": "open-meteo"}) == 0


async def test_refusals_do_not_open_a_circuit(world, samples):
    """R-T2: a service that says no is there."""
    samples.feel("osrm", "bad_request")
    for number in range(7):
        with pytest.raises(ExternalUnavailableError, match="could not answer this question"):
            await world.router.route([MOAB, Point(39, -100 - number)])
    assert samples.count("osrm") == 7


@pytest.mark.parametrize("service_says", ["throttled", "throttled_silently"])
async def test_a_service_that_throttles_is_left_alone_as_long_as_it_says(world, samples, service_says):
    """R-E1: rate etiquette: 30 seconds where Retry-After says so, five where it is silent."""
    samples.feel("nws", service_says)
    with pytest.raises(FailedError) as told:
        await world.alerts.active(MOAB)
    assert told.value.problem.retry_after == (30 if service_says == "throttled" else 5)
    samples.feel("nws", "success")
    with pytest.raises(ExternalUnavailableError) as told:
        await world.alerts.active(Point(40, -105))
    assert told.value.problem.code == "paused"
    assert samples.count("nws") == 1


async def test_everybody_who_asks_at_once_asks_once(world, samples):
    """R-D2: single flight up to the service."""
    answers = await asyncio.gather(*(world.weather.forecast(MOAB) for _ in range(30)))
    assert samples.count("open-meteo") == 1
    assert len({answer.as_of for answer in answers}) == 1


async def test_a_cancelled_question_frees_its_connection_and_leaves_no_task(open_a_world, samples):
    """R-E1: a stopped turn stops its requests."""
    world = await open_a_world(external_timeout=5)
    before = asyncio.all_tasks()
    samples.feel("overpass", "slow")
    asking = asyncio.create_task(world.places.rv_parks(MOAB, 20))
    await asyncio.sleep(0.2)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.sleep(0.05)
    ours = {task for task in asyncio.all_tasks() - before if "Connection.serve" not in repr(task)}
    assert not {task for task in ours if "connected" not in repr(task)}
    samples.feel("overpass", "success")
    assert (await world.places.rv_parks(MOAB, 20)).kind == "live"


async def test_requests_carry_our_name_and_whom_to_write_to(open_a_world, samples):
    """R-E1: an identifying User-Agent with a contact."""
    world = await open_a_world(external_contact="mailto:pam@example.com")
    await world.weather.forecast(MOAB)
    agent = samples.asked[-1][1].headers["user-agent"]
    assert agent.startswith("pam-tools-trip/")
    assert agent.endswith("(mailto:pam@example.com)")


async def test_requests_are_spaced_and_the_queue_has_an_end(monkeypatch):
    """R-E1: one request per interval; whoever would wait too long is told so at once."""
    monkeypatch.setattr(spacing, "WAIT_AT_MOST", 0.35)
    queue = Spacing("The map", 0.1)
    begun, starts, refusals = time.monotonic(), [], []

    async def ask():
        try:
            await queue.wait()
            starts.append(time.monotonic() - begun)
        except ExternalUnavailableError as error:
            refusals.append((time.monotonic() - begun, error.problem.code))

    await asyncio.gather(*(ask() for _ in range(8)))
    assert 3 <= len(starts) <= 4
    assert len(refusals) == 8 - len(starts)
    assert min(refusals)[0] < 0.05
    assert {code for _, code in refusals} == {"busy"}
    assert all(later - earlier >= 0.095 for earlier, later in pairwise(starts))
    assert max(starts) < 0.5


async def test_whoever_leaves_the_queue_gives_their_turn_to_the_next():
    """R-E1: a cancelled request costs the others nothing."""
    queue = Spacing("The map", 0.2)
    await queue.wait()
    begun = time.monotonic()
    leaving = [asyncio.create_task(queue.wait()) for _ in range(5)]
    staying = asyncio.create_task(queue.wait())
    await asyncio.sleep(0.01)
    for task in leaving:
        task.cancel()
    await staying
    assert time.monotonic() - begun < 0.3


async def test_public_servers_that_ask_for_it_are_spaced_and_samples_are_not(open_a_world, samples):
    """R-E1, R-E2: etiquette is for services that are somebody's."""
    own = {"osrm": f"{samples.url}/osrm", "valhalla": f"{samples.url}/valhalla"}
    world = await open_a_world(external_urls=own, external_spacing={"osrm": 0.3})
    begun = time.monotonic()
    await asyncio.gather(*(world.router.route([MOAB, Point(39, -100 - number)]) for number in range(3)))
    assert time.monotonic() - begun > 0.55
    begun = time.monotonic()
    await asyncio.gather(*(world.weather.forecast(Point(39, -100 - number)) for number in range(3)))
    assert time.monotonic() - begun < 0.3
