"""A disk of NATS's own that can lose power: what was not synced is gone, as it is when a machine loses its power.

It is an ext4 in a file, mounted by a loop device. The cut is ext4's own: from that moment on nothing reaches the disk
any more, not even the journal, and what it holds then is what a reboot finds.
"""

import ctypes
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.fault import NotHereError

SIZE = 256 << 20
SHUTDOWN = 0x8004587D
"""The request FS_IOC_SHUTDOWN."""
WITHOUT_A_FLUSH = 2


class Disk:
    """A file system at ``folder`` in the file ``image``."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        self.folder = folder

    def make(self) -> None:
        """Make an empty file system. Raises NotHereError where the tools for it are missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.image.open("wb") as image:
            image.truncate(SIZE)
        _run("mkfs.ext4", "-q", self.image)

    def mount(self) -> None:
        """Mount it; the journal is replayed. Raises NotHereError where that is not possible."""
        _run("mount", "-o", "loop", self.image, self.folder)

    def unmount(self) -> None:
        """Unmount it, at the latest when the last process has left it."""
        subprocess.run(["umount", "--lazy", self.folder], check=False, stderr=subprocess.DEVNULL)

    def sync(self) -> None:
        """Write down all there is until here."""
        with _opened(self.folder) as folder:
            ctypes.CDLL(None).syncfs(folder)

    def lose_power(self) -> None:
        """Write nothing down from here on."""
        with _opened(self.folder) as folder:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", WITHOUT_A_FLUSH))

    def reboot(self) -> None:
        """Unmount it, which nobody may use any more, and mount what it holds."""
        _run("umount", self.folder)
        self.mount()


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Disk]:
    """Have a new disk at ``folder`` for as long as the block. Raises NotHereError where that is not possible."""
    disk = Disk(image, folder)
    disk.make()
    try:
        disk.mount()
        yield disk
    finally:
        disk.unmount()
        image.unlink()


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _run(*command: str | Path) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise NotHereError(f"not run here: there is no {command[0]}") from None
    except subprocess.CalledProcessError as error:
        raise NotHereError(f"not run here: no loop device to mount ({error.stderr.strip()})") from None
