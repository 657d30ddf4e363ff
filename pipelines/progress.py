"""Progress on stderr while a pipeline runs in this process. It only watches: the pipeline does not know of it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

_PERIOD_SECONDS = 0.2


@contextmanager
def watching(bytes_total: int, bytes_read: Callable[[], int], *, quiet: bool) -> Iterator[None]:
    """Show the bytes read so far of the total until the block ends; on a terminal only, and not when quiet."""
    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty():  # console.is_terminal follows FORCE_COLOR, which CI often sets.
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    done = threading.Event()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=bytes_total)

        def watch() -> None:
            while not done.wait(_PERIOD_SECONDS):
                read = min(bytes_read(), bytes_total)
                bar.update(
                    task, completed=read, description="reading" if read < bytes_total else "following, detecting"
                )

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
