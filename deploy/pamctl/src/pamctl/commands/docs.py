"""``pamctl docs``: write the tools' pages and the bus's AsyncAPI document."""

from pathlib import Path

from pamctl.asyncapi import asyncapi
from pamctl.catalogue import Worker, installed_workers
from pamctl.checkout import checkout_here
from pamctl.pages import page


def docs() -> None:
    """Write ``docs/tools/<worker>.md`` and ``docs/asyncapi.yaml`` from the installed workers' tools.

    No server is needed, and the same tools make the same pages. Example: pamctl docs
    """
    checkout = checkout_here()
    folder = checkout.docs
    pages = written(folder, installed_workers())
    for file, text in pages.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for file in (folder / "tools").glob("*.md"):
        if not checkout.service(file.stem).exists():
            file.unlink()
    print(f"Wrote {len(pages)} files in {folder}.")


def written(folder: Path, workers: list[Worker]) -> dict[Path, str]:
    """Return what belongs into the folder, by file."""
    pages = {folder / "tools" / f"{worker.name}.md": page(worker) for worker in workers}
    return pages | {folder / "asyncapi.yaml": asyncapi(workers)}
