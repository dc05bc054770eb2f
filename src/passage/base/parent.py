"""Ends a stage when the DVC that runs it is gone.

kill -9 leaves DVC's children working; the next `dvc repro` would race with them, and DVC would cache what the two have
mixed. Between DVC and a stage stands a shell, unless that shell has put the stage in its own place.
"""

import os
import select
import threading
import time
from pathlib import Path

KILLED = 137  # the exit code of a process that kill -9 has ended
CHECK_EVERY = 0.5  # seconds, where the system cannot tell that a process has ended


def end_with_dvc() -> None:
    """Watch, in a thread, the shell and the DVC that started this process, and end it at once when one of them ends."""
    watched = ancestors()
    try:
        descriptors = [os.pidfd_open(process) for process in watched]
    except ProcessLookupError:
        os._exit(KILLED)
    except (AttributeError, OSError):  # another system, or a kernel that is old or forbids it
        descriptors = []
    # Has one ended meanwhile, and its number may be another's by now?
    if watched != ancestors() or any(map(_takes_orphans_in, watched)):
        os._exit(KILLED)
    threading.Thread(target=_wait, args=(descriptors, watched), daemon=True).start()


def end_with(connection: int) -> None:
    """Watch, in a thread, a connection that says nothing more, and end this process at once when it is closed."""
    threading.Thread(target=_wait, args=([connection], []), daemon=True).start()


def dvc() -> int:
    """Return the number of the DVC that started this process; end it at once where that DVC has ended already."""
    *_, started_by = ancestors()
    if _takes_orphans_in(started_by):
        os._exit(KILLED)
    return started_by


def ancestors() -> list[int]:
    """Return the process that started this one, and the one behind it where that is only a shell for our command."""
    parent = os.getppid()
    command = _read(parent, "cmdline").split("\0")
    if command[1:2] == ["-c"]:
        return [parent, int(_read(parent, "stat").rpartition(")")[2].split()[1])]
    return [parent]


def _takes_orphans_in(process: int) -> bool:
    """Return whether this is what the system gives to a process whose parent has ended, and not DVC.

    That is process 1, or one that has asked for orphans: systemd for a user's programs, in a session of its own.
    """
    try:
        return os.getsid(process) != os.getsid(0) or (process == 1 and "dvc" not in _read(1, "cmdline"))
    except ProcessLookupError:
        return True


def _read(process: int, what: str) -> str:
    try:
        return Path("/proc", str(process), what).read_text(errors="replace")
    except OSError:  # no such folder on macOS, no such process any more elsewhere
        return ""


def _wait(descriptors: list[int], watched: list[int]) -> None:
    if descriptors:
        select.select(descriptors, [], [])
    else:
        while ancestors() == watched:
            time.sleep(CHECK_EVERY)
    os._exit(KILLED)
