"""Files that a library can only read from this machine, brought here from object storage."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems


@lru_cache
def fetched(path: str) -> str:
    """Give the path of a local copy of a gs:// or s3:// file, made once in a process; a local path as it is.

    Raises OSError where the file can't be read.
    """
    if "://" not in path:
        return path
    suffix = os.path.splitext(path)[1]
    with (
        FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file,
        tempfile.NamedTemporaryFile(prefix="tokentrail-", suffix=suffix, delete=False) as copy,
    ):
        atexit.register(_remove, copy.name)
        shutil.copyfileobj(file, copy)
    return copy.name


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)
