"""The outside world: one adapter for each kind of question, through a cache, behind a breaker."""

from pam_tools_trip.external.alerts import Alert, AlertReport, Alerts
from pam_tools_trip.external.found import Fact, Found
from pam_tools_trip.external.fuel_prices import FuelPrice, FuelPrices, FuelType
from pam_tools_trip.external.geocoder import Geocoder
from pam_tools_trip.external.geography import Point, miles_between, miles_to_line, spaced_along
from pam_tools_trip.external.place import Match, Place
from pam_tools_trip.external.places import Amenity, Places, Poi, Restriction
from pam_tools_trip.external.roads import RoadEvent, RoadReport, Roads
from pam_tools_trip.external.router import Router
from pam_tools_trip.external.routes import Leg, OrderedRoute, Rig, RigRoutes, Route
from pam_tools_trip.external.weather import Current, Day, Forecast, Units, Weather
from pam_tools_trip.external.wikipedia import Article, Wikipedia
from pam_tools_trip.external.world import World, open_world

__all__ = [
    "Alert",
    "AlertReport",
    "Alerts",
    "Amenity",
    "Article",
    "Current",
    "Day",
    "Fact",
    "Forecast",
    "Found",
    "FuelPrice",
    "FuelPrices",
    "FuelType",
    "Geocoder",
    "Leg",
    "Match",
    "OrderedRoute",
    "Place",
    "Places",
    "Poi",
    "Point",
    "Restriction",
    "Rig",
    "RigRoutes",
    "RoadEvent",
    "RoadReport",
    "Roads",
    "Route",
    "Router",
    "Units",
    "Weather",
    "Wikipedia",
    "World",
    "miles_between",
    "miles_to_line",
    "open_world",
    "spaced_along",
]
