"""Run the social worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_social import tools
from pam_tools_social.service import SERVICE

if __name__ == "__main__":
    run_worker(SERVICE, tools, "Friends on the road.")
