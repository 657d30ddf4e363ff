"""Has this process give memory back that a large key no longer needs: how the C library's allocator is set.

A key's state goes whole through buffers of gRPC's threads at each wake: with a hot key that is 10 MB and more.
glibc takes a block of that size from the system and gives it back alone, but raises by itself the size from which on it
does so when such a block is freed, up to 32 MB, and what it keeps unused at the top of each arena to twice that
(mallopt(3), M_MMAP_THRESHOLD); there are eight arenas a core, and malloc_trim leaves their tops. So one hot key left
hundreds of MB behind that nothing used. A size that is set stays as it is.
"""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""malloc.h of glibc."""

_BYTES = 1024 * 1024
"""Blocks from this size on are taken and given back alone: larger than the state of any usual key, which is some KB."""


def give_back_large_blocks() -> None:
    """Have blocks of a MiB and more given back when they are freed. Nothing where the C library is not glibc."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none, and keeps no such blocks.
        mallopt(_M_MMAP_THRESHOLD, _BYTES)
        mallopt(_M_TRIM_THRESHOLD, _BYTES)
