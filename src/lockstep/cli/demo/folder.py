"""The demo's own folder: recognised, locked while a demo runs on it, and emptied before it is used again."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lockstep.kit.problems import Problem

MARK = ".lockstep-demo"
MAGIC = "This folder belongs to `lockstep demo`, which empties it each time it starts."


@dataclass(frozen=True, slots=True)
class Home:
    """The folder, and the open mark that locks it.  The services inherit the lock: it lasts until the last of them ends."""

    folder: Path
    lock: int

    @property
    def idp(self) -> Path:
        """The identity provider's data."""
        return self.folder / "idp"

    @property
    def center(self) -> Path:
        """The identity centre's data."""
        return self.folder / "center"

    @property
    def company(self) -> Path:
        """The made company."""
        return self.folder / "company"

    @property
    def token(self) -> Path:
        """The file that the access token is kept in for the app."""
        return self.folder / "token"

    def log(self, service: str) -> Path:
        """Where a service's messages go."""
        return self.folder / f"{service}.log"

    def note_processes(self, numbers: list[int]) -> None:
        """Write down who uses the folder, for the message that whoever comes next gets."""
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, f"{MAGIC}\n{' '.join(map(str, numbers))}\n".encode(), 0)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self.lock)


def take(folder: Path, *, keep_company: bool) -> Home:
    """Make the folder, or empty what an earlier demo left.  Raises Problem for one that is not ours, or in use."""
    mark = folder / MARK
    _check(folder, mark)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Problem(f"{folder} cannot be used for the demo's data: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        home = Home(folder, lock)
        home.note_processes([os.getpid()])
        _empty(home, keep_company=keep_company)
    except BlockingIOError:
        numbers = mark.read_text().partition("\n")[2].split()
        os.close(lock)
        raise Problem(
            f"{folder} is in use by a demo that still runs (process {' '.join(numbers)}); "
            "end it, or use another folder: --data DIR"
        ) from None
    except OSError as error:
        os.close(lock)
        raise Problem(f"{folder} cannot be emptied: {error}") from None
    return home


def _check(folder: Path, mark: Path) -> None:
    """Raise Problem unless the folder is missing, empty, or ours."""
    try:
        ours = mark.is_file() and mark.read_text(errors="replace").startswith(MAGIC)
        if ours or not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return
    except OSError as error:
        raise Problem(f"{folder} cannot be read: {error.strerror}") from None
    what = "was not made by `lockstep demo`" if folder.is_dir() else "is not a folder"
    raise Problem(f"{folder} {what}; it is left alone. Use another folder for the demo's data: --data DIR")


def _empty(home: Home, *, keep_company: bool) -> None:
    """Remove what a demo makes, and nothing else.  A company that was edited by hand is kept where it is asked for."""
    kept = (home.folder / name for name in ("password", "idp-metadata.xml", "center-metadata.xml"))
    ours = [home.idp, home.center, home.token, *kept, *home.folder.glob("*.log")]
    for path in ours if keep_company else [*ours, home.company]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
