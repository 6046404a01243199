"""How often an address may try codes that are none: counted in memory, for a minute."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Final

from django.conf import settings
from django.http import HttpRequest

LIMIT: Final = 20
SECONDS: Final = 60
_REMEMBERED: Final = 50_000


class Tries:
    """Codes that were none, by address; each worker counts for itself.

    Short on purpose: behind one address of a telephone network there are thousands of people, and
    a code of 128 bits is not guessed in any time. What is limited is the work that guessing makes.
    """

    def __init__(
        self,
        *,
        limit: int = LIMIT,
        seconds: int = SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = now
        # Addresses are known only under a digest whose key dies with the worker.
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._seen: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def wait(self, address: str) -> int:
        """For how many seconds an address has to wait; 0 where it may try."""
        key = self._digest(address)
        with self._lock:
            since, n = self._seen.get(key, (0.0, 0))
            left = since + self._seconds - self._now()
            if n < self._limit or left <= 0:
                return 0
            return int(left) + 1

    def failed(self, address: str) -> None:
        """Note a code that was none."""
        key = self._digest(address)
        with self._lock:
            now = self._now()
            since, n = self._seen.pop(key, (now, 0))
            if now - since >= self._seconds:
                since, n = now, 0
            self._seen[key] = (since, n + 1)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._seen.clear()

    def _digest(self, address: str) -> bytes:
        return blake2b(address.encode(), key=self._key, digest_size=16).digest()


tries: Final = Tries()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, past the proxies that are ours (PARINDEX_PROXIES)."""
    direct: str = request.META.get("REMOTE_ADDR", "")
    n = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not n:
        return direct
    passed = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    # Ours append what they saw; what stands before that anybody may have written.
    return passed[-n] if len(passed) >= n and passed[-n] else direct
