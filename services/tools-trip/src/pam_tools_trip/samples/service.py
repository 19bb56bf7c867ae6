"""What the sample server tells the house: a service of its own, without tables."""

from pam_shared.service import ServiceSpec

SERVICE = ServiceSpec("external-samples", "pam_tools_trip.samples.main", stands_in=True)
