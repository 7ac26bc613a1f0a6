"""Who may do what. What is not listed is not allowed."""

from enum import StrEnum


class Role(StrEnum):
    MEMBER = "member"
    ADMIN = "admin"


class Permission(StrEnum):
    READ_USERS = "users:read"
    DELETE_USERS = "users:delete"


PERMISSIONS = {
    Role.MEMBER: frozenset[Permission](),
    Role.ADMIN: frozenset(Permission),
}


def permissions_of(role: Role) -> frozenset[Permission]:
    return PERMISSIONS[role]
