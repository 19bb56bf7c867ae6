"""Run the insight worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_insight import tools
from pam_tools_insight.service import SERVICE

if __name__ == "__main__":
    run_worker(SERVICE, tools, "Knowledge, insight and operators' tools.")
