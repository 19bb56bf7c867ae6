"""Run a service with parts of it patched from outside: ``python -m tests.faults.launch pam_agent.main fence``.

The names after the module are keys of ``without.DEFENCES`` or ``mishaps.MISHAPS``. A patch that no longer finds what it
replaces ends the process, so that no defence is believed to be off while it is on.
"""

import runpy
import sys

from tests.faults.mishaps import MISHAPS
from tests.faults.without import DEFENCES


def main() -> None:
    """Patch, then be the service."""
    module, *names = sys.argv[1:]
    for name in names:
        (DEFENCES | MISHAPS)[name]()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
