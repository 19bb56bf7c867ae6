"""Replay seeds: ``python -m tests.simulation --seed 4711 --trace``."""

import argparse
import sys

from tests.simulation.defences import DEFENCES
from tests.simulation.world import World


def main() -> int:
    """Run the seeds asked for; return 1 if a guarantee was broken in any."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1, help="so many seeds from that one on")
    parser.add_argument("--without", choices=DEFENCES, help="with this defence switched off")
    parser.add_argument("--calm", action="store_true", help="without faults")
    parser.add_argument("--trace", action="store_true", help="tell everything that happened")
    given = parser.parse_args()
    broken = 0
    for seed in range(given.seed, given.seed + given.count):
        world = World(seed, troubled=not given.calm)
        violations = world.run(given.without)
        broken += bool(violations)
        if given.trace:
            for at, who, what in world.trace:
                print(f"{at:9.4f}  {who:<14} {what}")
        for violation in violations:
            print(f"seed {seed}: {violation}")
    print(f"{given.count} seeds, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
