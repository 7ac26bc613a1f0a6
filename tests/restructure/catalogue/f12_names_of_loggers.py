"""`getLogger(__name__)`: the logger gets another name, and the level that the configuration sets is not its own any more."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

MAIL = "import logging\n\nlog = logging.getLogger(__name__)\n"
CASES = {
    "a file of configuration": Case(
        {
            **packages("app"),
            "app/mail.py": MAIL,
            "logging.ini": "[loggers]\nkeys=root,mail\n\n[handlers]\nkeys=\n\n[formatters]\nkeys=\n\n[logger_root]\nhandlers=\n\n"
            "[logger_mail]\nqualname=app.mail\nlevel=ERROR\nhandlers=\n",
            "app/main.py": "import logging.config\n\nfrom app.mail import log\n\n"
            "logging.config.fileConfig('logging.ini', disable_existing_loggers=False)\nresult = log.getEffectiveLevel()\n",
        },
        (module("app.mail", "app.notifications.mail"),),
        RESULT,
        listed="app.mail → app.notifications.mail",
        wrong=(("logging.ini", "qualname=app.notifications.mail", "qualname=app.mail"),),
    ),
    "a dictionary": Case(
        {
            **packages("app"),
            "app/mail.py": MAIL,
            "app/main.py": "import logging.config\n\nfrom app.mail import log\n\n"
            "logging.config.dictConfig({'version': 1, 'loggers': {'app.mail': {'level': 'ERROR'}}})\nresult = log.getEffectiveLevel()\n",
        },
        (module("app.mail", "app.notifications.mail"),),
        RESULT,
        listed="app.mail → app.notifications.mail",
        wrong=(("app/main.py", "{'app.notifications.mail':", "{'app.mail':"),),
    ),
}
