"""Who asks: a random name that the server signed and a browser keeps, once a token was shown where one is wanted."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie

SHORTEST_TOKEN = 16
NOBODY = "nobody"
"""All who bring no name share one: whoever throws names away gains no turns by it."""


class Names:
    """Names given to browsers. They hold as long as the server runs.

    Examples
    --------
    >>> names = Names("simcore")
    >>> cookie = names.cookie()
    >>> names.who(cookie.partition(";")[0]) != NOBODY, names.who("simcore=made.up") == NOBODY
    (True, True)
    """

    def __init__(self, cookie: str, token: str | None = None) -> None:
        if token is not None and len(token) < SHORTEST_TOKEN:
            raise ValueError(f"token: at least {SHORTEST_TOKEN} characters, got {len(token)}")
        self.named, self.token = cookie, token
        self._key = secrets.token_bytes(32)

    def who(self, cookies: str) -> str:
        """Whose cookie this is, from the header; nobody's, where this server did not sign it."""
        try:
            found = SimpleCookie(cookies).get(self.named)
        except CookieError:
            return NOBODY
        name, _, signed = ("" if found is None else found.value).partition(".")
        return name if name and _same(signed, self._sign(name)) else NOBODY

    def cookie(self) -> str:
        """A header that gives a new name."""
        name = secrets.token_hex(16)
        # a link in a mail opens the page with its cookie where that holds what the token proved
        same_site = "Strict" if self.token is None else "Lax"
        return f"{self.named}={name}.{self._sign(name)}; Path=/; HttpOnly; SameSite={same_site}"

    def is_token(self, given: str) -> bool:
        """Whether this is the token; as quickly found for a near miss as for any other."""
        return self.token is not None and _same(given, self.token)

    def _sign(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
