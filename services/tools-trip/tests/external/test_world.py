"""The world as a whole: health, samples apart from real answers, one cache for all processes, a server of its own."""

import asyncio
import sys

import httpx
import pytest
from prometheus_client import REGISTRY

from pam_shared.embedded.processes import choose_port
from pam_tools_trip.external import Point, open_world
from pam_tools_trip.external.health import HealthWatch
from pam_tools_trip.samples.atlas import entries
from pam_tools_trip.samples.server import SERVICES
from pam_tools_trip.settings import LIVE_URLS, ExternalSettings

MOAB = Point(38.5733, -109.5498)


def up(service):
    return REGISTRY.get_sample_value("pam_external_up", {"service": service})


async def test_health_is_looked_after_at_the_start_and_again(open_a_world, samples):
    """R-E1: at the start and every five minutes, in metrics."""
    world = await open_a_world(eia_api_key="a key")
    watch = HealthWatch(world.health._services, every=0.1)
    samples.feel("osrm", "down")
    await watch.start()
    async with asyncio.timeout(5):
        while watch.up.get("osrm") is not False or len(watch.up) < len(SERVICES):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.02)
        assert {name for name, is_up in watch.up.items() if not is_up} == {"osrm"}
        assert (up("osrm"), up("nws")) == (0, 1)
        samples.feel("osrm", "success")
        while not watch.up["osrm"]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.02)
    assert up("osrm") == 1
    await watch.stop()
    samples.asked.clear()
    await asyncio.sleep(0.25)
    assert not samples.asked


async def test_leaving_the_world_leaves_nothing_running(samples):
    """R-E1: each task has an owner and an end, also while services are slow."""
    before = asyncio.all_tasks()
    samples.feel("overpass", "slow")
    async with open_world(ExternalSettings(samples_url=samples.url)) as world:
        await world.weather.forecast(MOAB)
    after = {task for task in asyncio.all_tasks() - before if "serve_samples" not in repr(task)}
    assert not after


async def test_a_start_does_not_wait_for_services_that_are_away(open_a_world, samples):
    """R-O5: degraded is not dead."""
    for service in SERVICES:
        samples.feel(service, "slow")
    async with asyncio.timeout(1):
        await open_a_world()


async def test_samples_never_pass_for_real_answers(open_a_world, samples, valkey_url):
    """R-E2: not from the shared cache after a switch to live, nor from a server that only claims to be live."""
    first = await open_a_world(redis_url=valkey_url)
    assert (await first.weather.forecast(MOAB)).sample
    own = {name: f"{samples.url}/{name}" for name in LIVE_URLS}
    live = await open_a_world(redis_url=valkey_url, external="live", external_urls=own)
    assert (await live.weather.forecast(MOAB)).sample  # the same address: kept with its mark
    unseen = await live.weather.forecast(Point(50, -100))
    assert (unseen.kind, unseen.sample) == ("live", True)  # the answer itself said so


async def test_a_live_address_shares_no_entry_with_a_sample(open_a_world, samples, valkey_url):
    """R-E2: a real service that is away is away, whatever the samples said before."""
    await (await open_a_world(redis_url=valkey_url)).weather.forecast(MOAB)
    elsewhere = {"open-meteo": f"http://127.0.0.1:{choose_port()}"}
    live = await open_a_world(redis_url=valkey_url, external="live", external_urls=elsewhere)
    with pytest.raises(Exception, match="cannot be reached"):
        await live.weather.forecast(MOAB)


async def test_two_processes_ask_once(open_a_world, samples, valkey_url):
    """R-D2: what one worker has asked, all know."""
    here, there = await open_a_world(redis_url=valkey_url), await open_a_world(redis_url=valkey_url)
    point = Point(47.111, -101.222)
    first = await here.places.rv_parks(point, 30)
    second = await there.places.rv_parks(point, 30)
    assert (second.kind, second.value, second.as_of) == ("cached", first.value, first.as_of)
    assert samples.count("overpass") == 1


@pytest.mark.unit
def test_urls_are_settings_and_samples_the_default():
    """R-E2: chosen by setting; your own service is neither a sample nor the public one."""
    known = ExternalSettings(samples_url="http://here", external_urls={"osrm": "http://osrm:5000/"})
    assert known.url("open-meteo") == "http://here/open-meteo"
    assert known.is_sample("open-meteo")
    assert known.url("osrm") == "http://osrm:5000"
    assert not known.is_sample("osrm")
    live = ExternalSettings(external="live")
    assert {name: live.url(name) for name in LIVE_URLS} == LIVE_URLS
    assert not live.is_sample("nws")
    assert (live.spacing("nominatim"), live.spacing("open-meteo"), known.spacing("valhalla")) == (1.0, 0.0, 0.0)
    assert set(SERVICES) == set(LIVE_URLS)


@pytest.mark.unit
def test_the_samples_know_hundreds_of_real_places():
    """R-E2: plausible: towns, parks and roads of North America where they are."""
    found = entries()
    assert len(found) >= 400
    assert {entry.kind for entry in found} == {"town", "park", "road"}
    assert len({entry.state for entry in found if entry.country_code == "US"}) == 51
    assert all(14 < entry.point.latitude < 72 and -168 < entry.point.longitude < -52 for entry in found)


async def test_moods_are_changed_over_the_control_path(samples):
    """R-E2: development sees every mood without a restart."""
    async with httpx.AsyncClient(base_url=samples.url) as http:
        told = (await http.post("/control/moods", json={"nws": "down"})).json()
        assert (told["nws"], told["osrm"]) == ("down", "success")
        assert (await http.get("/nws/alerts/active?point=38,-109")).status_code == 503
        assert (await http.get("/control/moods")).json() == told
        assert (await http.post("/control/moods", json={"nws": "sulky"})).status_code == 400
        assert (await http.post("/control/moods", content=b"nonsense")).status_code == 400


async def test_the_sample_server_is_a_service_of_its_own(nats, tmp_path):
    """R-E2: it is started like every other service, answers, and drains on SIGTERM."""
    port = choose_port()
    environment = {"PAM_NATS_URL": nats, "PAM_SAMPLES_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pam_tools_trip.samples.main", env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(20), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            while True:
                try:
                    answer = await http.get("/open-meteo-geocoding/v1/search?name=Quartzsite")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
            assert answer.headers["PAM-Sample"] == "yes"
            assert answer.json()["results"][0]["admin1"] == "Arizona"
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
