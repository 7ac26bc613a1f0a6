"""Settings behind `lru_cache`, objects of a module: made once, in an order; a copy makes them twice."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, module, packages

FILES = {
    **packages("app"),
    "app/log.py": "MADE = []\n",
    "app/core.py": "from functools import lru_cache\n\nfrom app.log import MADE\n\n\n@lru_cache\ndef get_settings() -> object:\n    MADE.append('settings')\n"
    "    return object()\n\n\nsettings = get_settings()\n\n\ndef name() -> str:\n    return 'x'\n",
    "app/engine.py": "from app.core import settings\nfrom app.log import MADE\n\nMADE.append('engine')\nengine = [settings]\n",
    "app/main.py": "from app.core import get_settings, name, settings\nfrom app.engine import engine\nfrom app.log import MADE\n\n"
    "result = [MADE, settings is get_settings(), engine[0] is settings, name()]\n",
}

CASES = {
    "definitions": Case(
        FILES,
        (definitions("get_settings settings", "app.core", "app.settings"),),
        RESULT,
        wrong=(
            (
                "app/engine.py",
                "from app.settings import settings\n",
                "from app.settings import get_settings\n\nsettings = get_settings.__wrapped__()\n",
            ),
        ),
    ),
    "modules": Case(
        FILES,
        (module("app.core", "app.settings.core"), module("app.engine", "app.database.engine")),
        RESULT,
        wrong=(
            (
                "app/main.py",
                "from app.settings.core import get_settings, name, settings\n",
                "from app.database.engine import engine\nfrom app.settings.core import get_settings, name, settings\nMADE_FIRST = get_settings.cache_clear() or get_settings()\n",
            ),
        ),
    ),
}
