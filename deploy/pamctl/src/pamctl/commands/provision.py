"""``pamctl provision``: bring NATS and PostgreSQL up to date."""

import asyncio

from pam_shared.service import installed_services
from pamctl.home import Home
from pamctl.provisioning import provision_all
from pamctl.settings import load_settings


def provision() -> None:
    """Create or update streams, consumers, buckets, roles, schemas and tables. It may run again at any time.

    It works on the servers that PAM_NATS_URL and PAM_POSTGRES_URL (an administrator's) name, else on those of a running
    `pamctl up`. Example: PAM_NATS_URL=nats://localhost:4222 PAM_POSTGRES_URL=postgresql://postgres:secret@localhost/pam
    pamctl provision
    """
    settings = load_settings()
    home, services = Home(settings.home), installed_services()
    home.make()
    asyncio.run(provision_all(home, settings, services))
    print(f"NATS and PostgreSQL are up to date for {', '.join(spec.name for spec in services)}.")
