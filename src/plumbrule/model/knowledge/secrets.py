"""Which names hold secrets, and which claims say when a token ends, as people write them."""

from __future__ import annotations

import re
from functools import cache

SECRET = re.compile(
    r"(^|_)(secret|secret_?key(_\w+)?|passw(or)?d|passphrase|pwd|(api|access|admin|auth|secret|private|signing|encryption|jwt|master|"
    r"license)_?key|(access|refresh|auth|api|csrf|xsrf|bearer|session|secret|reset|admin|id|verification|sas)_?token|"
    r"(client|webhook|jwt|app|signing|shared|cookie|session)_?secret|auth_?(string|code|secret)|hmac|otp|totp|salt|pepper|"
    r"credentials?_?secret|pass_?code)$",
    re.IGNORECASE,
)
SECRETIVE = re.compile(
    r"(^|_)(token|secret|signature|sig|digest|auth|key|passw(or)?d|credentials?|hash|code|nonce|state)($|_)",
    re.IGNORECASE,
)
HARMLESS = re.compile(
    r"(_|^)(id|ids|type|types|name|names|count|counts|field|fields|len|length|url|uri|path|prefix|suffix|header|at|expires?|"
    r"expiry|ttl|min|max|limit|version|index|status|enabled|required|algorithm|alg|kind|scopes?|format|class|file|usage|"
    r"hint|label|location|endpoint|length|size|minutes|seconds|days|hours|regex|pattern|policy|strength|placeholder)$",
    re.IGNORECASE,
)
FLAG = re.compile(r"^(is|has|had|was|must|may|can|should|needs?|requires?|uses?|allows?)_", re.IGNORECASE)
"""how the name of what is true or false begins"""
ENDS = re.compile(r"exp(ires?|iry|iration)?(_\w+)?")


@cache
def is_secret_name(name: str) -> bool:
    """Whether a name surely holds a secret: `api_key`, `webhook_secret`; not `token_type`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return SECRET.search(plain) is not None and HARMLESS.search(plain) is None and FLAG.search(plain) is None


@cache
def is_secretive_name(name: str) -> bool:
    """Whether a name may hold a secret: also `token`, `signature`, `digest`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return SECRETIVE.search(plain) is not None and HARMLESS.search(plain) is None


def is_end_of_token(claim: str) -> bool:
    """Whether a claim is `exp`, or one of a project's own such as `expires_at`."""
    return ENDS.fullmatch(claim) is not None
