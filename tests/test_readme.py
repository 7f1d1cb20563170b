"""The README: every Python block and every command line in it works, on the articles of examples/."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [block for language, block in BLOCKS if language in ("python", "pycon")]


def commands():
    """The lines of shell blocks that are commands: without prompts and comments, continued lines joined."""
    result = []
    for language, block in BLOCKS:
        if language in ("sh", "bash", "shell", "console"):
            lines = re.sub(r"\\\n\s*", "", block).splitlines()
            prompted = [line[2:] for line in lines if line.startswith("$ ")]
            result += [line.strip() for line in prompted or lines if line.strip() and not line.startswith("#")]
    return result


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the examples, and a program `dedup` of this very package on the path."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples" / "articles", folder / "examples" / "articles")
    program = folder / "bin" / "dedup"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dedup "$@"\n')
    program.chmod(0o755)
    return folder


def test_its_length():
    assert len(README.splitlines()) <= 200


def test_it_begins_with_demo_and_test():
    assert [line.split("#")[0].strip() for line in commands()[:2]] == ["make demo", "make test"]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"demo", "test"} <= set(targets)


def test_there_is_something_to_test():
    assert PYTHON
    assert any(line.startswith("dedup ") for line in commands())


def test_python_blocks(place, monkeypatch):
    monkeypatch.chdir(place)
    names = {"__name__": "readme"}
    for number, block in enumerate(PYTHON, 1):
        if ">>>" in block:
            test = doctest.DocTestParser().get_doctest(block, names, f"README block {number}", "README.md", 0)
            result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
            assert result.failed == 0
            names = test.globs
        else:
            exec(compile(block, f"README block {number}", "exec"), names)


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith("dedup ")])
def test_command_lines(place, line):
    environment = {**os.environ, "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    command = ["bash", "-o", "pipefail", "-c", line]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", README):
        assert (ROOT / target).exists(), target
