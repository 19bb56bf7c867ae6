"""Run persistence: record the streams, answer queries."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pam_persistence.answers import Answers
from pam_persistence.costs.answers import CostAnswers
from pam_persistence.forgetting import forgetting
from pam_persistence.recorder import Recorder
from pam_persistence.records import RECORDS
from pam_persistence.service import SERVICE
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Consumer
from pam_shared.bus.discovery import Advertisement
from pam_shared.bus.requests import Responder
from pam_shared.bus.revocations import Revocations
from pam_shared.config import load
from pam_shared.contracts import topology
from pam_shared.identity import Verifier
from pam_shared.postgres.pool import open_pool
from pam_shared.runtime import run
from pam_shared.tools.outbox import OutboxRelay

DRAIN_FOR = 20.0


@asynccontextmanager
async def serve(bus: Bus, settings: PersistenceSettings) -> AsyncIterator[None]:
    """Record and answer until left."""
    pool = await open_pool(settings.postgres_url, bus.service)
    revocations = Revocations(bus)
    responder = Responder(bus, queue=bus.service)
    records = RECORDS | {topology.EVENTS: forgetting(bus)}
    verifier = Verifier(settings.identity_public_key, revocations.sessions)
    Answers(pool, verifier, records).serve(responder)
    CostAnswers(pool, verifier, settings.ceilings).serve(responder)
    relay = OutboxRelay(bus, pool, inbox=False)
    recorders = [Recorder(bus, pool, record) for record in records.values()]
    consumers = [
        Consumer(
            bus, recorder.stream, topology.RECORDER, recorder.record, batch=settings.batch_size, linger=settings.linger
        )
        for recorder in recorders
    ]
    advertisement = Advertisement(bus, "The record: messages, dead letters, audit events, history.")
    async with AsyncExitStack() as ending:
        ending.push_async_callback(pool.close)
        await revocations.start()
        ending.push_async_callback(revocations.stop)
        await bus.start()
        await relay.start()
        ending.push_async_callback(relay.stop)
        ending.push_async_callback(responder.drain, DRAIN_FOR)
        for consumer in consumers:
            await consumer.start()
            ending.push_async_callback(consumer.stop)
        await advertisement.start()
        ending.push_async_callback(advertisement.stop)
        yield


def main() -> None:
    """Run until told to stop."""
    settings = load(PersistenceSettings)
    run(SERVICE.name, settings, lambda bus: serve(bus, settings))


if __name__ == "__main__":
    main()
