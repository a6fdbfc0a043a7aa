"""Connections to Telegram, by whatever kind of proxy."""

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

AWAY = (
    TimeoutError,
    aiohttp.ClientError,
    OSError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
"""What a request may raise that did not get its answer."""


def open_session(
    timeout: aiohttp.ClientTimeout, proxy: str | None, *, pool_size: int
) -> aiohttp.ClientSession:
    """A connection pool. Needs a running loop."""
    is_socks = bool(proxy) and not str(proxy).startswith(("http://", "https://"))
    connector: aiohttp.BaseConnector = (
        ProxyConnector.from_url(str(proxy), limit=pool_size)
        if is_socks
        else aiohttp.TCPConnector(limit=pool_size, ttl_dns_cache=60)
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        proxy=None if is_socks else proxy,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
