"""The outside services, one line each: what they are called, and a cheap question that shows whether they are there."""

from pam_tools_trip.external.client import ServiceProfile

_POINT = "latitude=39.10&longitude=-94.58"

PROFILES = {
    profile.name: profile
    for profile in (
        ServiceProfile("open-meteo", "Open-Meteo", f"/v1/forecast?{_POINT}&current=temperature_2m&forecast_days=1"),
        ServiceProfile("open-meteo-geocoding", "Open-Meteo geocoding (GeoNames)", "/v1/search?name=Moab&count=1"),
        ServiceProfile("photon", "Photon (OpenStreetMap)", "/api?q=Moab&limit=1"),
        ServiceProfile("nominatim", "Nominatim (OpenStreetMap)", "/status?format=json"),
        ServiceProfile("osrm", "OSRM (OpenStreetMap)", "/nearest/v1/driving/-94.58,39.10"),
        ServiceProfile("valhalla", "Valhalla (OpenStreetMap)", "/status"),
        ServiceProfile("overpass", "OpenStreetMap", "/api/status"),
        ServiceProfile("nws", "US National Weather Service", "/alerts/active/count"),
        ServiceProfile("fred", "FRED, US Energy Information Administration", "/graph/fredgraph.csv?id=GASREGW"),
        ServiceProfile("eia", "US Energy Information Administration", "/v2/"),
        ServiceProfile("wzdx", "WZDx work zone feeds", "/resource/69qe-yiui.json?$limit=1"),
        ServiceProfile("wikipedia", "Wikipedia", "/w/api.php?action=query&meta=siteinfo&format=json"),
    )
}
