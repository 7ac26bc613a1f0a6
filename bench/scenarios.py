"""The eight moves on which other movers were measured: one module of a public project to another place.

    scenarios.py DIR [NAME …]

DIR as for `layouts.py`. A move counts if it is proved, applied, and the project's own tests come to the same;
or if it is refused and nothing is written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from layouts import POSTGRES, SUBJECTS, Subject, measured, servers

ONE = ("one module",)
SANJEEV = Subject(
    environment={
        "DATABASE_HOSTNAME": "{host}",
        "DATABASE_PORT": "{port}",
        "DATABASE_USERNAME": "{user}",
        "DATABASE_PASSWORD": "x",
        "DATABASE_NAME": "{bare}",
        "SECRET_KEY": "x",
        "ALGORITHM": "HS256",
        "ACCESS_TOKEN_EXPIRE_MINUTES": "30",
    }
)
RHOBORO = Subject(
    environment={
        "APP_CONFIG_FILE": "test",
        "DB_URI": "postgresql+asyncpg://" + POSTGRES.rpartition("/")[0],
        "ECHO_SQL": "0",
    },
    pytest="app",
)
SCENARIOS = (
    ("rw", SUBJECTS["rw"], "app.db.repositories.users", "app.users.users"),
    ("sanjeev", SANJEEV, "app.oauth2", "app.auth.oauth2"),
    ("fullstack", SUBJECTS["fullstack"], "app.utils", "app.notifications.utils"),
    ("igor", SUBJECTS["igor"], "app.crud.crud_users", "app.users.crud_users"),
    ("igor", SUBJECTS["igor"], "app.models.user", "app.users.user"),
    ("rhoboro", RHOBORO, "app.models.notes", "app.domain.notes"),
    ("iamabbas", SUBJECTS["iamabbas"], "core.security.jwt", "core.auth.jwt"),
    ("nano", SUBJECTS["nano"], "svc.apis.api_a.mainmod", "svc.features.mainmod"),
)


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    good = total = 0
    with servers() as known:
        for name, subject, source, target in SCENARIOS:
            if options.names and name not in options.names:
                continue
            wanted = replace(subject, layouts=(f"{source} → {target}",), plan=((source, target),))
            with tempfile.TemporaryDirectory(prefix=f"plumb-{name}-") as place:
                (row,) = measured(options.folder.absolute(), name, wanted, known, Path(place))
                print(*asdict(row).values(), sep="  ", flush=True)
                good += row.tests_equal or row.verdict.startswith("refused")
                total += 1
    print(f"{good} of {total}")
    return int(good < total)


if __name__ == "__main__":
    sys.exit(main())
