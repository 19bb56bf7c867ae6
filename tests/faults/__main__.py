"""``python -m tests.faults``: try out each fault with its defence on and off, and print the table."""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

import uvloop

from pam_shared.telemetry.logs import setup_logs
from tests.faults.fault import Defence, Fault
from tests.faults.registry import FAULTS
from tests.faults.table import HEAD, row
from tests.faults.trial import try_out
from tests.faults.world import SHORT, Size


def given() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds, counting up")
    parser.add_argument("--only", default="", help="numbers of faults, such as 7,8")
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--messages", type=int, default=10, help="in each conversation")
    parser.add_argument("--short", action="store_true", help="few conversations, short waits, one seed")
    parser.add_argument("--logs", type=Path, help="a folder to leave the processes' logs in")
    parser.add_argument("--defence", choices=("on", "off", "both"), default="both")
    return parser.parse_args()


def chosen(only: str) -> list[Fault]:
    """Return the faults of these numbers, all for none. Raises SystemExit for a number there is no fault of."""
    numbers = {int(number) for number in only.split(",") if number}
    unknown = numbers - {fault.number for fault in FAULTS}
    if unknown:
        raise SystemExit(f"There is no fault {', '.join(map(str, sorted(unknown)))}.")
    return [fault for fault in FAULTS if not numbers or fault.number in numbers]


def trials(options: argparse.Namespace, fault: Fault) -> list[tuple[int, Defence | None]]:
    """Return the seeds and defences of a fault's trials: every seed with all defences on, the first with each off."""
    seeds = range(options.seed, options.seed + (1 if options.short else options.seeds))
    on = [(seed, None) for seed in seeds] if options.defence != "off" else []
    off = [(options.seed, defence) for defence in fault.defences] if options.defence != "on" else []
    return [*on, *off]


async def run(options: argparse.Namespace) -> bool:
    """Run and print all trials; return whether every one came out as it must."""
    # Told to end, it still takes everything down that it started, as after Ctrl-C.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    size = SHORT if options.short else Size(options.conversations, options.messages)
    print(f"seed {options.seed}, {size.conversations} conversations x {size.messages} messages")
    print(HEAD)
    good = True
    for fault in chosen(options.only):
        for seed, defence in trials(options, fault):
            began = time.monotonic()
            verdict = await try_out(fault, seed, size, defence, logs=options.logs)
            print(row(verdict), flush=True)
            print(f"       seed {seed}, {verdict.messages} messages, {time.monotonic() - began:.0f} s", flush=True)
            good = good and verdict.as_it_must
    return good


def main() -> None:
    """Exit with 1 if a guarantee was broken, or a defence's absence broke none."""
    setup_logs("faults", "error", "console")
    options = given()
    try:
        sys.exit(not uvloop.run(run(options)))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("Stopped. What it had started is stopped too.")


if __name__ == "__main__":
    main()
