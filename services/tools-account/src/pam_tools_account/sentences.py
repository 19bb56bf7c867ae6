"""How lists, settings and goods are said. Pure."""

from pam_tools_account.members import Vehicle

SAMPLE_GOODS = "These are sample goods for trying PAM out: nothing is charged and nothing is shipped."
SAMPLE_LINKS = "These are sample products for trying PAM out: the links lead nowhere."


def listed(names: list[str]) -> str:
    """Return names as they are said: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sized(vehicle: Vehicle) -> str:
    """Return a vehicle's size as it is said, behind its name; empty where nothing of it is known."""
    known = [size for size in vehicle.sizes.values() if size]
    return f"{vehicle.name} is {listed(known)}." if known else ""


def unsized(vehicle: Vehicle) -> str:
    """Return the request for what is not known of a vehicle's size, behind a space; empty where all is."""
    unknown = [what for what, size in vehicle.sizes.items() if size is None]
    return f" Tell me its {listed(unknown)} and I can keep it off roads it does not fit." if unknown else ""


def switched(changes: dict[str, object]) -> str:
    """Return settings as they are said, such as ``theme: dark, budget alerts: off``."""
    spoken = {True: "on", False: "off"}
    return ", ".join(
        f"{name.replace('_', ' ')}: {spoken[value] if isinstance(value, bool) else value}"
        for name, value in changes.items()
    )


def many(count: int, thing: str) -> str:
    """Return a count of things, such as ``1 order`` or ``1,200 orders``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
