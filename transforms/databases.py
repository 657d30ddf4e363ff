"""Address databases (.mmdb): the file reading behind `analytic.context.network`, which has the logic.

The format is MaxMind's (maxmind.github.io/MaxMind-DB, version 2.0); MaxMind, DB-IP, IPinfo and ip-location-db publish
databases in it. A database has its own licence; none comes with this project.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

import maxminddb

from analytic.context import network, network_rows
from analytic.context.network import Located
from transforms.fetched import fetched

CACHE_SIZE = 65_536
"""Addresses remembered, as many as `network` does: some 30 MB."""

SAMPLE_ROWS = 2_000
"""Rows read when a database is opened, to see that it is of the right kind; some 20 ms."""

_Row = Mapping[str, Any]


class Databases:
    """The databases of autonomous systems and of places, each optional; without one its facts stay unknown.

    Holds paths until the first look-up, so that it can be pickled into a worker, which opens the files for itself. One
    file with all the facts (IPinfo Lite) may be given as either, or as both.
    """

    def __init__(self, asn_path: str | None = None, country_path: str | None = None) -> None:
        """Name the files; neither is opened yet."""
        self._asn_path = asn_path or None
        self._country_path = country_path or None
        self._readers: tuple[maxminddb.Reader | None, maxminddb.Reader | None] | None = None
        self._cached = lru_cache(CACHE_SIZE)(self._look_up)

    def __reduce__(self) -> tuple[type["Databases"], tuple[str | None, str | None]]:
        """Pickle by paths: an open file stays in its worker."""
        return Databases, (self._asn_path, self._country_path)

    def open(self) -> None:
        """Open the files now, which `locate` does otherwise.

        Raises ValueError with one line when a file is missing, is no database, or holds other facts.
        """
        if self._readers is None:
            asn = _open(self._asn_path, network_rows.asn, "AS numbers", "GeoLite2-ASN.mmdb")
            try:
                place = _open(self._country_path, _place, "countries", "GeoLite2-City.mmdb")
            except ValueError:
                if asn is not None:
                    asn.close()
                raise
            self._readers = asn, place

    def locate(self, source_ip: str | None) -> Located:
        """Say what is known of an address; of what is no address, nothing. Cached. Raises ValueError as `open` does."""
        address, _ = network.split_source(source_ip)
        return Located() if address is None else self._cached(address)

    def close(self) -> None:
        """Close the files and forget what was looked up; a further look-up opens them again."""
        self._cached.cache_clear()
        readers, self._readers = self._readers, None
        for reader in readers or ():
            if reader is not None:
                reader.close()

    def _look_up(self, address: str) -> Located:
        if network.is_private(address) or (self._asn_path is None and self._country_path is None):
            return network.locate(address)
        if self._readers is None:
            self.open()
        asn, place = self._readers or (None, None)
        return network.locate(address, _row(asn, address, self._asn_path), _row(place, address, self._country_path))


def _open(path: str | None, read: Callable[[_Row], object], facts: str, example: str) -> maxminddb.Reader | None:
    """Open one database and look whether its first rows hold what it is for."""
    if path is None:
        return None
    wanted = f"give a MaxMind database (.mmdb) of {facts}, such as {example}"
    try:
        reader = maxminddb.open_database(fetched(path), maxminddb.MODE_AUTO)
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file; {wanted}") from error
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error}); {wanted}") from error
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        raise ValueError(f"{path}: not a MaxMind database, or a damaged one; {wanted}") from error
    try:
        sample = [network_rows.fields(row) for _, row in islice(reader, SAMPLE_ROWS)]
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        reader.close()
        raise ValueError(f"{path}: a damaged database; download it again") from error
    if sample and not any(read(row) for row in sample):
        kind = reader.metadata().database_type
        reader.close()
        raise ValueError(f"{path}: a database of another kind ({kind!r}) without {facts}; {wanted}")
    return reader


def _place(row: _Row) -> object:
    return network_rows.country(row) or network_rows.position(row)


def _row(reader: maxminddb.Reader | None, address: str, path: str | None) -> object:
    if reader is None or (":" in address and reader.metadata().ip_version == 4):
        return None
    try:
        return reader.get(address)
    except (maxminddb.InvalidDatabaseError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: a damaged database; download it again") from error
