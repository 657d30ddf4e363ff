"""Keeps what a large key took from staying with this process: how many arenas the C library's allocator may have.

A key's state goes whole through buffers of gRPC's threads at each wake: with a hot key that is 10 MB and more. glibc
has up to eight arenas a core for its threads. It learns from the first such block that is freed to take the next out of
an arena, up to 32 MB, and to leave twice that unused at each arena's top (mallopt(3), M_MMAP_THRESHOLD); malloc_trim
leaves it there too. So a hot key left behind what nothing used, once for each arena: hundreds of MB. With two arenas it
is little. (To have such blocks given back at once, by a fixed M_MMAP_THRESHOLD, leaves as little, and tripled the time
that the kernel took: docs/streaming.md.)
"""

import ctypes
import sys

_M_ARENA_MAX = -8
"""malloc.h of glibc."""

_ARENAS = 2
"""One for this thread and the free ones, one beside: Python's own threads take turns anyway."""


def bound_arenas() -> None:
    """Have few arenas, from here on: call it before threads are started. Nothing where the C library is not glibc."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none, and one arena.
        mallopt(_M_ARENA_MAX, _ARENAS)
