"""A token that anybody can make opens a private route

A token without a signature, one signed with an empty or well-known key, or any word at all is taken for a
user. The service does not verify what it is given, or verifies it with `alg` from the token itself.
"""

import base64
import hmac
import json
import time
from typing import Any

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe


def forged(algorithm: str, key: str) -> str:
    """A token of nobody in particular."""
    now = int(time.time())
    claims = {"sub": "1", "iat": now, "exp": now + 600, "typ": "access", "type": "access", "role": "admin"}
    signed = f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(claims)}"
    if algorithm == "none":
        return f"{signed}."
    return f"{signed}.{base64url(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def encoded(part: dict[str, Any]) -> str:
    return base64url(json.dumps(part).encode())


def base64url(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


FORGERIES = {
    "any word": "plumb",
    "a token without a signature": forged("none", ""),
    "a token signed with an empty key": forged("HS256", ""),
    "a token signed with the key `secret`": forged("HS256", "secret"),
}


@probe(category="security", severity="error")
def forged_token(service: Service) -> Iterator[Finding]:
    for operation in service.private_reads[:5]:
        if service.get(operation.path).ok:
            continue  # it needs no token at all, which is another finding
        for name, token in FORGERIES.items():
            reply = service.get(operation.path, {"Authorization": f"Bearer {token}"})
            if reply.ok:
                yield found(
                    reply,
                    f"`GET {operation.path}` takes {name} for a user",
                    help="decode with a fixed list of algorithms, a key of your own and required claims",
                )
