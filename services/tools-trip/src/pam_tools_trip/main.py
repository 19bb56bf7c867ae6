"""Run the trip worker."""

from pam_shared.tools.worker import run_worker
from pam_tools_trip import tools
from pam_tools_trip.external.world import open_world
from pam_tools_trip.service import SERVICE
from pam_tools_trip.settings import TripSettings

if __name__ == "__main__":
    run_worker(
        SERVICE,
        tools,
        "Trips, weather, fuel and maintenance.",
        settings=TripSettings,
        resources=open_world,
    )
