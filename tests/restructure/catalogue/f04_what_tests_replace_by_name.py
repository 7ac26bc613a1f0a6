"""`patch("app.mail.send")`: a string that names what moves, or the place where its reader looks it up."""

from restructure.catalogue import TESTS, Case
from restructure.projects import definitions, module, packages

MAIL = "def send(to: str) -> str:\n    return 'really ' + to\n\n\ndef twice(to: str) -> list[str]:\n    return [send(to), send(to)]\n"
TEST = """from unittest import mock
from unittest.mock import patch

import pytest

from app import users
from app.mail import twice


@pytest.fixture
def mocker():
    yield mock


@patch("app.mail.send", return_value="x")
def test_decorated(send) -> None:
    assert twice("a") == ["x", "x"]


def test_where_it_is_bound() -> None:
    with patch("app.users.send", return_value="x"):
        assert users.invite("a") == "x"


def test_monkeypatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.mail.send", lambda to: "x")
    assert twice("a") == ["x", "x"]


def test_mocker(mocker) -> None:
    replaced = mocker.patch("app.mail.send", return_value="x")
    replaced.start()
    assert twice("a") == ["x", "x"]
    replaced.stop()


def test_dict() -> None:
    with patch.dict("app.users.LIMITS", {"most": 1}):
        assert users.LIMITS["most"] == 1
"""
FILES = {
    **packages("app"),
    "app/mail.py": MAIL,
    "app/users.py": "from app.mail import send\n\nLIMITS = {'most': 2}\n\n\ndef invite(to: str) -> str:\n    return send(to)\n",
    "tests/test_mail.py": TEST,
}

CASES = {
    "one of many modules, whose name is put in": Case(
        {
            **packages("app", "app/parsers"),
            "app/parsers/one.py": "from app.mail import send\n",
            "app/parsers/other.py": "VALUE = 1\n",
            "app/mail.py": MAIL,
            "tests/test_mail.py": "from unittest.mock import patch\n\n\ndef test_all() -> None:\n"
            "    for name in ('one',):\n        with patch(f'app.parsers.{name}.send'):\n            pass\n",
        },
        (module("app.parsers.one", "app.other.one"),),
        refused=r"tests/test_mail\.py:6:14 replaces what it finds in app/parsers: app\.parsers\.one would be missed",
    ),
    "a module": Case(
        FILES,
        (module("app.mail", "app.notifications.mail"), module("app.users", "app.people.service")),
        TESTS,
        wrong=(("tests/test_mail.py", '"app.notifications.mail.send", lambda', '"app.mail.send", lambda'),),
    ),
    "what is called, with its caller": Case(
        FILES,
        (definitions("send twice", "app.mail", "app.notifications.sending"),),
        TESTS,
        wrong=(
            ("tests/test_mail.py", '"app.notifications.sending.send", lambda', '"app.users.send", lambda'),
        ),
    ),
    "what is called, without its caller": Case(
        FILES,
        (definitions("send", "app.mail", "app.notifications.sending"),),
        TESTS,
        has=(("tests/test_mail.py", '"app.mail.send", lambda'),),
        wrong=(
            ("tests/test_mail.py", '"app.mail.send", lambda', '"app.notifications.sending.send", lambda'),
        ),
    ),
    "callers that part": Case(
        {**FILES, "app/mail.py": MAIL + "\n\ndef once(to: str) -> str:\n    return send(to)\n"},
        (definitions("twice", "app.mail", "app.twice"),),
        refused="tests replace `send` here, and afterwards it is read through",
    ),
    "targets in data": Case(
        {
            **FILES,
            "tests/targets.json": '{"target": "app.mail.send", "title": "app.mail"}',
            "tests/test_data.py": "import json\nfrom pathlib import Path\nfrom unittest.mock import patch\n\nfrom app.mail import twice\n\n\n"
            "def test_data() -> None:\n    target = json.loads(Path(__file__).with_name('targets.json').read_text())['target']\n"
            "    with patch(target, return_value='x'):\n        assert twice('a') == ['x', 'x']\n",
        },
        (module("app.mail", "app.notifications.mail"),),
        TESTS,
        has=(("tests/targets.json", '{"target": "app.notifications.mail.send", "title": "app.mail"}'),),
        wrong=(("tests/targets.json", "app.notifications.mail.send", "app.mail.send"),),
    ),
    "data that nothing takes for a target": Case(
        {
            **FILES,
            "tests/targets.json": '{"target": "app.mail.send"}',
        },
        (module("app.mail", "app.notifications.mail"),),
        TESTS,
        listed="tests/targets.json:1: app.mail.send: data",
    ),
}
