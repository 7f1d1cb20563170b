"""What several test files need."""

import io
import logging
import shutil
import sys

import pytest
from postgres import postgres, postgres_url  # noqa: F401  # fixtures


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs a command line in this process, by the same function as the program: (exit code, output, errors)."""
    from dedup.cli import main

    logger = logging.getLogger("dedup")
    before = logger.handlers, logger.propagate, logger.level

    def run(*arguments, env=None, text=""):
        with monkeypatch.context() as patch:
            for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DEDUP_THREADS"):
                patch.delenv(name, raising=False)
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["dedup", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            capsys.readouterr()
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = stop.code or 0
            finally:  # what the command line does to logging is no business of other tests
                logger.handlers, logger.propagate = before[:2]
                logger.setLevel(before[2])
        out, err = capsys.readouterr()
        for sign in ("\x1b", "\r", "Traceback"):  # colour, progress, and what no user should see
            assert sign not in out + err
        return code, out, err

    return run


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright (the extra dev)")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("needs Chromium: apt-get install chromium")
    with playwright.sync_playwright() as run:
        started = run.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()
