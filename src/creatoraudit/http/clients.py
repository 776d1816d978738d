"""Where a request comes from and which URL it was sent to, seen through the proxies that are trusted."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote

from starlette.types import Scope

from creatoraudit.http.headers import sent_header

UNKNOWN = "unknown"

_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


class Proxies:
    """The addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [ip_network(network, strict=False) for network in trusted]

    def client_of(self, scope: Scope) -> str:
        """The nearest address that is no trusted proxy."""
        if not self._networks:
            return _canonical(scope["client"][0]) if scope.get("client") else UNKNOWN
        peer = _peer(scope)
        if peer is None or not self._trusts(peer):
            return str(peer or UNKNOWN)
        forwarded = sent_header(scope, b"x-forwarded-for").split(",")
        for hop in reversed(forwarded):
            address = _address(hop.strip())
            if address is None:
                break
            peer = address
            if not self._trusts(peer):
                break
        return str(peer)

    def scheme_of(self, scope: Scope) -> str:
        """The scheme that the client used."""
        scheme = str(scope["scheme"])
        if self._networks and (peer := _peer(scope)) is not None and self._trusts(peer):
            forwarded = sent_header(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
            if forwarded in {"http", "https"}:
                return forwarded
        return scheme

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)


def neighbourhood(address: str) -> str:
    """What limits count as one client: an IPv4 address, or the /64 network whose IPv6 addresses one client has."""
    parsed = _address(address)
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


def path_of(scope: Scope) -> str:
    """The path as it was sent: percent-encoded, without the query."""
    raw = scope.get("raw_path")
    return raw.decode("ascii", "replace") if raw else quote(scope["path"])


def host_of(scope: Scope) -> str:
    """The host and port that the client named, or else those of this server."""
    host = sent_header(scope, b"host")
    if _HOST.fullmatch(host):
        return host
    name, port = scope.get("server") or ("localhost", None)
    return f"{name}:{port}" if port else str(name)


def _peer(scope: Scope) -> IPv4Address | IPv6Address | None:
    return _address(scope["client"][0]) if scope.get("client") else None


@lru_cache(maxsize=4096)
def _canonical(text: str) -> str:
    return str(_address(text) or UNKNOWN)


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
