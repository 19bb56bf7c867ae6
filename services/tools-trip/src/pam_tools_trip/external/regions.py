"""States, provinces and countries by their abbreviations."""

US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
PROVINCES = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories", "NU": "Nunavut",
    "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
COUNTRIES = {
    "US": "United States", "USA": "United States", "U.S.": "United States", "U.S.A.": "United States",
    "AMERICA": "United States", "UNITED STATES OF AMERICA": "United States", "CAN": "Canada", "MX": "Mexico",
    "UK": "United Kingdom",
}  # fmt: skip
HOME_COUNTRIES = ("US", "CA", "MX")
"""Where our members mostly drive."""

AREAS = {
    name: area
    for area, names in {
        "R1X": "Connecticut,Maine,New Hampshire,Rhode Island,Vermont",
        "SMA": "Massachusetts",
        "R1Y": "Delaware,District of Columbia,Maryland,New Jersey,Pennsylvania",
        "SNY": "New York",
        "R1Z": "Georgia,North Carolina,South Carolina,Virginia,West Virginia",
        "SFL": "Florida",
        "R20": "Illinois,Indiana,Iowa,Kansas,Kentucky,Michigan,Missouri,Nebraska,North Dakota,South Dakota,Oklahoma,"
        "Tennessee,Wisconsin",
        "SMN": "Minnesota",
        "SOH": "Ohio",
        "R30": "Alabama,Arkansas,Louisiana,Mississippi,New Mexico",
        "STX": "Texas",
        "R40": "Idaho,Montana,Utah,Wyoming",
        "SCO": "Colorado",
        "R50": "Alaska,Arizona,Hawaii,Nevada,Oregon",
        "SCA": "California",
        "SWA": "Washington",
    }.items()
    for name in names.split(",")
}
"""Fuel price areas of the US Energy Information Administration: some states alone, the others by region."""


def region_named(word: str) -> str:
    """Return the full name of a state, province or country given by its abbreviation; any other word as it is."""
    short = word.strip().upper()
    return US_STATES.get(short) or PROVINCES.get(short) or COUNTRIES.get(short) or word.strip()
