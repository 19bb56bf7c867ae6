"""Run the account worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_account import tools
from pam_tools_account.service import SERVICE
from pam_tools_account.settings import AccountSettings, shop_terms

if __name__ == "__main__":
    run_worker(
        SERVICE,
        tools,
        "Profile, settings, vehicles, calendar and the shop.",
        settings=AccountSettings,
        resources=shop_terms,
    )
