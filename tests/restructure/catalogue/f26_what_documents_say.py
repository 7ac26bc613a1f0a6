"""A README names modules in prose and in commands: each place is listed for a person, and none is touched."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

README = "# Shop\n\nStart it: `uvicorn app.web:app`. Mail is in `app/mail.py`, that is `app.mail`.\n"

CASES = {
    "prose": Case(
        {
            **packages("app"),
            "app/mail.py": "NAME = 'x'\n",
            "app/main.py": "from app.mail import NAME as result\n",
            "README.md": README,
            "docs/mail.rst": "See app.mail.\n",
        },
        (module("app.mail", "app.notifications.mail"),),
        RESULT,
        has=(("README.md", README), ("docs/mail.rst", "See app.mail.\n")),
        listed="README.md:3: app.mail: a document",
        wrong=(("app/main.py", "NAME", "GONE"),),
    )
}
