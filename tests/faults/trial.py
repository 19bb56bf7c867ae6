"""One trial: a fault, a seed, and one defence off or none."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.check import check
from tests.faults.fault import KINDS, LATE, LOST, Defence, Fault, Figure, NotHereError, Violation
from tests.faults.model import scripted_model
from tests.faults.processes import StartError
from tests.faults.stack import running
from tests.faults.stories import write_stories
from tests.faults.visible import errors_seen
from tests.faults.world import Size, World

QUIET_WITHIN = 30.0
QUIET_WITHIN_OFF = 8.0
PATIENCE_OFF = 12.0
"""Without its defence a stack need not come to rest at all."""


@dataclass
class Verdict:
    """What came of a trial. ``messages`` is how many were sent; ``failure`` says why there was no trial at all.

    ``missing`` says what this machine lacks for it.
    """

    fault: Fault
    seed: int
    defence: Defence | None
    messages: int = 0
    figures: list[Figure] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    failure: str = ""
    missing: str = ""

    @property
    def letters(self) -> str:
        """The letters of what was violated, in the order of the table."""
        broken = {violation.kind for violation in self.violations}
        return "".join(kind for kind in KINDS if kind in broken)

    @property
    def as_it_must(self) -> bool:
        """Whether nothing was violated; or, with a defence off, what that defence is for."""
        if self.failure or self.missing:
            return bool(self.missing)
        if self.defence is None:
            return not self.violations
        return bool(set(self.defence.breaks) & set(self.letters))


async def try_out(
    fault: Fault, seed: int, size: Size, defence: Defence | None = None, *, logs: Path | None = None
) -> Verdict:
    """Run one experiment on a stack of its own and judge it; what its processes logged is left in ``logs``."""
    altered = (defence.name,) if defence else ()
    verdict = Verdict(fault, seed, defence)
    with tempfile.TemporaryDirectory(prefix="pam-faults-", ignore_cleanup_errors=True) as folder:
        try:
            async with (
                scripted_model() as model,
                running(Path(folder), fault.plan_for(short=size.short), model.url, altered) as (stack, bus),
            ):
                world = World(stack, bus, model, size, Random(f"{fault.number}:{seed}"))
                world.patience = PATIENCE_OFF if defence else world.patience
                with _without_pauses():
                    await _judged(world, verdict)
                if logs:
                    _leave(world, logs / f"{fault.number}-{seed}-{defence.name if defence else 'on'}")
        except StartError as error:
            verdict.failure = str(error)
        except NotHereError as error:
            verdict.missing = str(error)
    return verdict


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Collect no garbage meanwhile: a round through all the diaries holds every client up for a tenth of a second."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _leave(world: World, folder: Path) -> None:
    shutil.copytree(world.stack.home.path / "logs", folder, dirs_exist_ok=True)
    write_stories(world.clients, folder)


async def _judged(world: World, verdict: Verdict) -> None:
    try:
        outcome = await verdict.fault.run(world, world.rng)
        verdict.figures = outcome.figures
        verdict.violations += outcome.violations
        if not outcome.struck and not verdict.defence:
            verdict.violations.append(Violation(LOST, "the fault struck nothing: this trial shows nothing"))
        verdict.violations += [Violation(LATE, str(figure)) for figure in outcome.figures if not figure.kept]
        patience = QUIET_WITHIN_OFF if verdict.defence else QUIET_WITHIN
        verdict.violations += await check(world.stack, world.bus, world.clients, patience)
    except TimeoutError as error:
        verdict.violations.append(Violation(LOST, f"the experiment did not come to its end: {error!r}"))
        verdict.violations += errors_seen(world.clients)
    finally:
        await world.stop()
    verdict.messages = len({key for client in world.clients for key in client.diary.said})
