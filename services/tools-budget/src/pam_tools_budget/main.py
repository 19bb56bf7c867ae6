"""Run the budget worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_budget import tools
from pam_tools_budget.savings import open_guarantee
from pam_tools_budget.service import SERVICE
from pam_tools_budget.settings import BudgetSettings

DESCRIPTION = "A member's money: expenses, budgets, income, savings and side income."

if __name__ == "__main__":
    run_worker(SERVICE, tools, DESCRIPTION, settings=BudgetSettings, resources=open_guarantee)
