"""What a URL says: where the server is, which schema, and what to call it where others can read it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dedup.errors import StoreError

__all__ = ["Address", "read_address"]

_SCHEMA = "dedup"
_SECONDS = 10  # to reach the server, unless the URL says otherwise
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class Address(NamedTuple):
    """Where an index is.

    Attributes:
        name: the URL without passwords.
        target: the URL as libpq takes it.
        schema: the schema of its tables.
        timeout: seconds to wait for a connection.
    """

    name: str
    target: str
    schema: str
    timeout: int


def read_address(url: str) -> Address:
    """The parts of a URL.

    Raises:
        StoreError: it is none, or the schema is no plain name.
    """
    name = _without_passwords(url)
    head, mark, query = url.rpartition("?")  # the last one: a password may have others
    fields = query.split("&") if mark else []
    rest = "&".join(field for field in fields if not field.startswith("schema="))
    target = (f"{head}?{rest}" if rest else head) if mark else url
    schema = dict(parse_qsl(query if mark else "", keep_blank_values=True)).get("schema", _SCHEMA)
    if not _NAME.fullmatch(schema):
        raise StoreError(f"{name}: schema={schema!r}: need 1 to 63 letters, digits and _, no digit first")
    try:
        known = conninfo_to_dict(target)
        timeout = int(known.get("connect_timeout") or _SECONDS)
        is_url = all(port.isdecimal() for port in str(known.get("port", "0")).split(","))
    except (psycopg.Error, ValueError):
        is_url = False
    if not is_url:  # what libpq says of it may quote the password
        raise StoreError(f"{name}: is no URL that PostgreSQL takes: postgresql://user:password@host:port/database")
    return Address(name, target, schema, timeout)


def _without_passwords(url: str) -> str:
    """The URL with no password, however badly it is written.

    >>> _without_passwords("postgresql://lan:m@t/khau?@may-chu/tin?sslpassword=1234&schema=a")
    'postgresql://lan@may-chu/tin?sslpassword=***&schema=a'
    """
    scheme, _, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    name = re.match("[^:/?]*", user)
    shown = f"{scheme}://{name[0] if name else ''}{at}{place}"
    return re.sub(r"(password=)[^&]*", r"\1***", shown, flags=re.IGNORECASE)
