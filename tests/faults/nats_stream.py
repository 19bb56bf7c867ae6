"""What a NATS client sends, command by command, for a proxy that loses some of it."""

from random import Random

PUBLISHES = {b"PUB", b"HPUB"}
END = b"\r\n"
ACKS = {b"", b"+ACK"}


class AckLoss:
    """A filter that loses a share of the acknowledgements of JetStream deliveries, and nothing else."""

    def __init__(self, rng: Random, share: float, lost: list[bytes]) -> None:
        """``lost`` gets the subject of each lost one."""
        self._rng = rng
        self._share = share
        self._lost = lost
        self._rest = b""

    def __call__(self, chunk: bytes) -> bytes:
        """Return the whole commands there are by now, without those that are lost."""
        self._rest += chunk
        passed = []
        while command := self._next():
            if _is_ack(command) and self._rng.random() < self._share:
                self._lost.append(command.split(maxsplit=2)[1])
            else:
                passed.append(command)
        return b"".join(passed)

    def _next(self) -> bytes:
        line, end, _ = self._rest.partition(END)
        if not end:
            return b""
        length = len(line) + len(END)
        words = line.split()
        if words and words[0].upper() in PUBLISHES:
            length += int(words[-1]) + len(END)
        if len(self._rest) < length:
            return b""
        command, self._rest = self._rest[:length], self._rest[length:]
        return command


def _is_ack(command: bytes) -> bool:
    line, _, body = command.partition(END)
    words = line.split()
    if not words or words[0].upper() not in PUBLISHES or not words[1].startswith(b"$JS.ACK."):
        return False
    return body.removesuffix(END).rpartition(END)[2] in ACKS
