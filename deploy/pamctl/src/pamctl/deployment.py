"""Telling a deployment of a new worker: compose, NATS's permissions, Prometheus and its alerts."""

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter

from pamctl.checkout import Checkout, CheckoutError


class Part(BaseModel):
    """A text that goes into a file, before the first place its pattern finds."""

    file: str
    before: str
    text: str

    def put_into(self, whole: str, name: str) -> str:
        """Return a file's whole text with this in its place. Raises CheckoutError where it has none."""
        found = re.search(self.before, whole, re.MULTILINE)
        if found is None:
            raise CheckoutError(f"{self.file} has no line like {self.before!r}: add tools-{name} to deploy/ by hand.")
        text = self.text.replace("<name>", name).replace("<NAME>", name.upper())
        return whole[: found.start()] + text + whole[found.start() :]


def deploy(checkout: Checkout, description: Path, name: str) -> list[str]:
    """Add a worker to the files of a deployment, all or none; return which. Raises CheckoutError."""
    parts = TypeAdapter(list[Part]).validate_python(yaml.safe_load(description.read_text()))
    files = {part.file: (checkout.root / part.file).read_text() for part in parts}
    for part in parts:
        files[part.file] = part.put_into(files[part.file], name)
    for file, text in files.items():
        (checkout.root / file).write_text(text)
    return list(files)
