"""Giving up on a delivery without losing it."""

import base64
from uuid import NAMESPACE_OID, uuid5

from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.bus.consumers import Delivery
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import DeadLetter
from pam_shared.errors import UnavailableError
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log

MAX_ATTEMPTS = 3
BACK_OFF = (1.0, 5.0, 30.0)
BURY_AGAIN_AFTER = 5.0
SEQUENCE = "Nats-Sequence"
STORED_AT = "Nats-Time-Stamp"
"""JetStream's own names, as a direct read has them; here the time is ISO 8601."""
_BASE64 = "base64:"


async def retry_or_bury(bus: Bus, delivery: Delivery, error: Exception) -> None:
    """Ask for the delivery again with growing delay, or, after three attempts, move it to the dead letters."""
    attempt = delivery.metadata.num_delivered or 1
    if attempt < MAX_ATTEMPTS:
        await delivery.nak(delay=BACK_OFF[attempt - 1])
        return
    await bury(bus, delivery, error)


async def bury(bus: Bus, delivery: Delivery, error: Exception) -> bool:
    """Move the delivery to the dead letters: write it there, then take it off its stream's consumer.

    Return whether it is there. While dead letters cannot be written the delivery is asked for again.
    """
    try:
        await write_letter(bus, delivery, error)
    except (UnavailableError, StreamRefusedError) as refused:
        log.warning("a dead letter has to wait", subject=subjects.shape(delivery.subject), reason=str(refused))
        await delivery.nak(delay=BURY_AGAIN_AFTER)
        return False
    await delivery.ack()
    return True


async def write_letter(bus: Bus, delivery: Delivery, error: Exception) -> None:
    """Publish the delivery, whole, to the dead letters; it stays with its consumer. Writing it twice writes it once.

    Its headers hold the place and the time it was stored at as well. Raises UnavailableError, StreamRefusedError.
    """
    meta = delivery.metadata
    place = f"{meta.stream}.{meta.consumer}:{meta.sequence.stream}"
    letter = DeadLetter(
        id=uuid5(NAMESPACE_OID, place),
        stream=meta.stream,
        consumer=meta.consumer,
        subject=delivery.subject,
        headers={
            **(delivery.headers or {}),
            SEQUENCE: str(meta.sequence.stream),
            STORED_AT: meta.timestamp.isoformat(),
        },
        payload=_text(delivery.data),
        attempts=meta.num_delivered or 1,
        last_error=repr(error)[:2000],
        at=utc_now(),
    )
    await bus.publish(
        topology.DEAD_LETTERS,
        subjects.dead_letter(meta.stream, meta.consumer),
        letter.model_dump_json().encode(),
        {headers.MESSAGE_ID: place},
    )
    metrics.DEAD_LETTERED.labels(meta.stream, meta.consumer).inc()
    log.error("a message was given up", stream=meta.stream, consumer=meta.consumer, error=letter.last_error)


def body_of(payload: str) -> bytes:
    """Return the bytes a dead letter's payload stands for."""
    if payload.startswith(_BASE64):
        return base64.b64decode(payload.removeprefix(_BASE64))
    return payload.encode()


def _text(body: bytes) -> str:
    """Return the body as text; what is not UTF-8, or holds a NUL, is kept as ``base64:…``."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\x00"
    return text if "\x00" not in text else _BASE64 + base64.b64encode(body).decode()
