"""Run the budget worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_budget import tools
from pam_tools_budget.service import SERVICE

if __name__ == "__main__":
    run_worker(SERVICE, tools, "A member's money: expenses and budgets.")
