"""Somebody who has just registered may do too much

A new account is an administrator, or may list all the others. The first who finds an empty service owns it.
"""

from typing import Any

from plumbrule.probes.kit import Finding, Iterator, Service, fields, found, probe


@probe(category="security", severity="error", writes=True)
def privileged_newcomer(service: Service) -> Iterator[Finding]:
    headers = service.caller.headers
    for operation in service.private_reads:
        reply = service.get(operation.path, headers)
        about = fields(reply)
        if operation.ends("me") and reply.ok and is_privileged(about):
            yield found(
                reply,
                "a new account is an administrator",
                help="give no rights by default; make the first administrator on the command line",
            )
        if operation.ends("users", "accounts") and reply.ok and "@" in reply.text:
            yield found(
                reply,
                f"a new account may read `GET {operation.path}`, the list of all users",
                help="ask for a permission, not only for a token",
            )


def is_privileged(about: dict[str, Any]) -> bool:
    """Whether an account says of itself that it may do everything."""
    flags = ("is_admin", "is_superuser", "is_staff")
    return any(about.get(flag) is True for flag in flags) or "admin" in str(about.get("role", "")).lower()
