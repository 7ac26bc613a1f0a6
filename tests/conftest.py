"""What all tests share: the servers they talk to, and the rule that nothing is skipped in CI."""

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

collect_ignore = ["samples"]
# A run that was started in the background ignores SIGINT, and whatever it starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("seeded", derandomize=True, deadline=None)
settings.load_profile("seeded")

pytest_plugins = ["servers.postgres", "servers.redis", "servers.mongodb", "servers.service"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With PLUMB_REQUIRE=all a skip is a failure: what a test needs has to be there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("PLUMB_REQUIRE") == "all":
        report.outcome = "failed"
    return report
