"""On the path of an agent's children: what kills the agent kills them too."""

from tests.faults.mishaps import die_of_poison

die_of_poison()
