"""Fixtures, and the report of what is skipped as the other tests of the project print it."""
import os
import pathlib
import subprocess

import numpy
import pytest

import lenet5

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["LENET5_PROGRAM"]
ALL_SKIPPED = 77  # the exit code that ctest knows


@pytest.fixture(scope="session")
def digits():
    """Test pictures and labels: MNIST's if there are any, else drawn ones."""
    if "LENET5_DATA" in os.environ:
        return lenet5.load_dataset(os.environ["LENET5_DATA"], "test")
    return lenet5.synthesise(10000, seed=7)


@pytest.fixture(scope="session")
def few():
    """The first 2,000 drawn digits, the same on every machine."""
    return lenet5.synthesise(2000, seed=1)


@pytest.fixture
def run():
    """Runs the program and returns what it prints."""

    def run_program(*arguments, codes=(0, 3)):
        result = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
        assert result.returncode in codes, result.stderr
        return result.stdout

    return run_program


@pytest.fixture(scope="session")
def samples():
    return ROOT / "docs/samples"


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = {report.longrepr[2].removeprefix("Skipped: ") for report in skipped}
    passed = terminalreporter.stats.get("passed", [])
    for reason in sorted(reasons):
        terminalreporter.write_line(f"{'skipped in part' if passed else 'skipped'}: {reason}")


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    has = {kind: bool(reporter.stats.get(kind)) for kind in ("passed", "failed", "error", "skipped")}
    if has["skipped"] and not (has["passed"] or has["failed"] or has["error"]):
        session.exitstatus = ALL_SKIPPED
