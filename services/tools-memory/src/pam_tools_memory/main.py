"""Run the memory worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_memory import tools
from pam_tools_memory.service import SERVICE

DESCRIPTION = "What a member told PAM about themselves: rig, pets, diet, people, places, plans and tastes."

if __name__ == "__main__":
    run_worker(SERVICE, tools, DESCRIPTION)
