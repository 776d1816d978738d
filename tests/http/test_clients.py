import pytest
from httpx import AsyncClient
from starlette.types import Scope

from creatoraudit.http.clients import Proxies, host_of, neighbourhood
from creatoraudit.settings import Settings


def scope(peer: str | None, *headers: tuple[str, str]) -> Scope:
    return {
        "type": "http",
        "scheme": "http",
        "client": (peer, 40_000) if peer else None,
        "server": ("10.0.0.1", 8000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }


FORWARDED = "x-forwarded-for"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # not a proxy of ours: anyone may write such a header
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the client wrote the first one itself
        ("10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "10.9.9.8, 10.9.9.9", "10.9.9.8"),
        ("10.1.2.3", "198.51.100.1, unknown, 10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1:5555", "198.51.100.1"),
        ("10.1.2.3", "[2001:db8::1]:5555", "2001:db8::1"),
        ("fd00::7", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (None, "198.51.100.1", "unknown"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(
    peer: str | None, forwarded: str | None, client: str
) -> None:
    headers = [] if forwarded is None else [(FORWARDED, forwarded)]
    assert Proxies(["10.0.0.0/8", "fd00::/8"]).client_of(scope(peer, *headers)) == client


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_client_cannot_multiply_by_its_ipv6_addresses(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


def test_several_header_lines_are_one_list() -> None:
    lines = [(FORWARDED, "6.6.6.6"), (FORWARDED, "198.51.100.1")]
    assert Proxies(["10.1.2.3"]).client_of(scope("10.1.2.3", *lines)) == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "scheme"),
    [
        ("10.1.2.3", "https", "https"),
        ("10.1.2.3", "http, HTTPS", "https"),
        ("10.1.2.3", "gopher", "http"),
        ("203.0.113.5", "https", "http"),
    ],
)
def test_only_a_trusted_proxy_says_which_scheme_was_used(peer: str, forwarded: str, scheme: str) -> None:
    assert Proxies(["10.0.0.0/8"]).scheme_of(scope(peer, ("x-forwarded-proto", forwarded))) == scheme


@pytest.mark.parametrize("host", ["api.example.com", "api.example.com:8443", "[::1]:8000", "127.0.0.1"])
def test_the_host_is_the_one_the_client_named(host: str) -> None:
    assert host_of(scope(None, ("host", host))) == host


@pytest.mark.parametrize("host", ["", "a b", "<script>", "evil/path", "user@host", "host:port", 'x"'])
def test_what_is_no_host_is_not_repeated(host: str) -> None:
    assert host_of(scope(None, ("host", host))) == "10.0.0.1:8000"


async def test_urls_use_the_requests_host(anonymous: AsyncClient) -> None:
    answer = await anonymous.get("/v2/where", headers={"Host": "api.example.com:8443"})
    assert answer.json() == {"base_url": "http://api.example.com:8443"}


class TestWithAPublicUrl:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, public_url="https://audit.example.com/api/")

    async def test_urls_use_it(self, anonymous: AsyncClient) -> None:
        answer = await anonymous.get("/v2/where", headers={"Host": "internal:8000"})
        assert answer.json() == {"base_url": "https://audit.example.com/api"}


def test_a_proxy_that_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="not host names"):
        Settings(trusted_proxies=("10.0.0.0/8", "proxy.internal"))
