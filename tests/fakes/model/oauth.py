"""GigaChat's token endpoint: keys checked, tokens that expire, a count of the requests."""

import time
import uuid
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus

SCOPES = ("GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP")

_REQUESTS_PER_SECOND = 10


class TokenRefused(Exception):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Tokens:
    """The tokens given out. At most ten requests a second, as with the real one."""

    def __init__(self, *, credentials: str, lifetime_s: float) -> None:
        self.credentials = credentials
        self.lifetime_s = lifetime_s
        self.requested = 0
        self._expiry: dict[str, float] = {}
        self._recent: deque[float] = deque(maxlen=_REQUESTS_PER_SECOND)

    def issue(self, headers: Mapping[str, str], form: Mapping[str, object]) -> dict[str, object]:
        self.requested += 1
        now = time.time()
        if len(self._recent) == _REQUESTS_PER_SECOND and now - self._recent[0] < 1:
            raise TokenRefused(HTTPStatus.TOO_MANY_REQUESTS, "too many token requests")
        self._recent.append(now)
        if not _is_uuid4(headers.get("RqUID", "")):
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "RqUID must be a uuid4")
        if headers.get("Authorization") != f"Basic {self.credentials}":
            raise TokenRefused(HTTPStatus.UNAUTHORIZED, "credentials doesn't match db data")
        if form.get("scope") not in SCOPES:
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "scope is empty or unknown")
        token, expires_at = uuid.uuid4().hex, now + self.lifetime_s
        self._expiry[token] = expires_at
        return {"access_token": token, "expires_at": int(expires_at * 1000)}

    def admits(self, headers: Mapping[str, str]) -> bool:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self._expiry.get(token, 0) > time.time()

    def revoke_all(self) -> None:
        """Every token answers 401 from now on, though its `expires_at` said otherwise."""
        self._expiry.clear()


def _is_uuid4(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 4
    except ValueError:
        return False
