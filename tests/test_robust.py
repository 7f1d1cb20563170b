"""The package as a whole: cheap to import, at home anywhere, the same in any process and thread, built in layers."""

import ast
import ctypes
import doctest
import importlib
import inspect
import itertools
import json
import multiprocessing
import os
import pkgutil
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from invented import article

import dedup
from dedup import ParamError, Params, scan
from dedup.threads import ahead, each_apart, each_range, thread_count

PACKAGE = Path(dedup.__file__).parent
MODULES = sorted(m.name for m in pkgutil.walk_packages(dedup.__path__, "dedup.") if not m.name.endswith("__main__"))
LAYERS = (
    {"errors", "kernels", "letters", "lexicon"},
    {"models", "threads", "dates", "spool"},
    {"text", "sentences"},
    {"profiles"},
    {"sketch", "facts", "pages", "report"},
    {"io", "prints"},
    {"furniture", "shared"},
    {"index", "corpus", "events", "store", "novelty"},
    {"relate", "stories", "descent"},
    {"api"},
    {"spark"},
    {"cli"},
    {"__main__", "__init__"},
)
LAYER = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}


def run(code, *, environment=None, **options):
    """Runs code in another Python; returns what it printed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "DEDUP_", "COV_"))}
    settings = {"env": inherited if environment is None else environment, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=300, **{**settings, **options})
    assert done.returncode == 0, done.stderr
    return done.stdout


# ----------------------------------------------------------------------------------------------------------- imports


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import dedup", ["numpy", "numba", "datasketch", "scipy", "pyarrow", "click", "rich", "zstandard", "regex"]),
        ("import dedup; dir(dedup); dedup.Params; dedup.Article; dedup.DedupError", ["numba", "datasketch", "pyarrow"]),
        ("import dedup; dedup.read", ["numba", "datasketch", "scipy", "pyarrow"]),
        ("import dedup; dedup.scan", ["datasketch", "scipy.integrate", "pyarrow", "click", "rich"]),
        ("import dedup; dedup.scan; dedup.compare", ["dedup.novelty", "dedup.facts", "regex"]),
        ("import dedup; dedup.scan", ["dedup.report", "dedup.io.markup", "concurrent.futures.process"]),
        ("import dedup; dedup.signature('Mưa'); dedup.fingerprints('Mưa')", ["datasketch", "scipy.integrate"]),
    ],
)
def test_a_heavy_import_waits_until_it_is_used(code, unwanted):
    loaded = set(json.loads(run(f"{code}; import sys, json; print(json.dumps(list(sys.modules)))")))
    assert loaded.isdisjoint(unwanted)


def test_what_is_compiled_already_loads_nothing_that_compiling_needs():
    code = (
        "import dedup, sys\n"
        "texts = [f'Sáng {day}/5, mưa lớn làm ngập nhiều tuyến phố ở thị xã Hà Lâm.' for day in range(3)]\n"
        "found = dedup.scan(texts, dedup.Params(min_shared=1, same_story=True))\n"
        "list(found.matches[0].passages), list(found.stories), found.check(), list(found.decisions('one'))\n"
        "dedup.diff(*texts[:2]), dedup.scan(texts, dedup.Params(containment=None, resemblance=0.5))\n"
        "with dedup.Index() as index:\n"
        "    index.add([dedup.Article(text[5], text) for text in texts]), index.query(texts[0])\n"
        "print({'scipy.linalg', 'numba.np.arrayobj'} & set(sys.modules))"
    )
    run(code)
    assert run(code) == "set()\n"


def test_public_names():
    assert list(dedup.__all__) == sorted(dedup.__all__)
    assert set(dedup.__all__) <= set(dir(dedup))
    for name in dedup.__all__:
        value = getattr(dedup, name)
        assert inspect.getdoc(value), name
        assert ">>>" in value.__doc__ or not inspect.isfunction(value), name
    with pytest.raises(AttributeError, match="module 'dedup' has no attribute 'no_such_name'"):
        dedup.no_such_name  # noqa: B018


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("dedup.cli")])
def test_names_and_examples_of_modules(name):
    module = importlib.import_module(name)
    assert module.__doc__, name
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public), public
    assert doctest.testmod(module).failed == 0


def test_the_examples_of_the_package():
    assert doctest.testmod(dedup).attempted > 0 == doctest.testmod(dedup).failed


# ------------------------------------------------------------------------------------------------------ source code


def sources():
    return sorted(PACKAGE.rglob("*.py"))


def imported(tree, path):
    """The modules of dedup that a file imports, by the name that has a layer."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            names = [f"{node.module}.{a.name}" if node.module == "dedup" else node.module for a in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("dedup."))


def module_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_lower_layers_only(path):
    own = module_of(path)
    assert own in LAYER, f"{own} has no layer"
    for other in imported(ast.parse(path.read_text(encoding="utf-8")), path):
        if own != "__init__" and other != own:
            assert LAYER.get(other, -1) < LAYER[own], f"{own} imports {other}"


def test_only_the_command_line_prints_or_exits():
    for path in sources():
        calls = [n.func for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
        names = {f.id for f in calls if isinstance(f, ast.Name)}
        written = {ast.unparse(f) for f in calls if isinstance(f, ast.Attribute)}
        if module_of(path) not in ("cli", "__main__"):
            assert not names & {"print", "exit", "quit", "input", "breakpoint"}, path
            assert not written & {"sys.exit", "os._exit"}, path
        assert "hash" not in names, f"{path}: hash() differs from process to process"


# ---------------------------------------------------------------------------------------- processes, threads, places

SCAN = """
import json, dedup
a, b, c = texts
texts += [a + chr(10) + b, b.upper(), "Hotline: 0900 123 456" + chr(10) + c, c[:300] + " " + a[:500], "Mưa.", "", "…"]
texts += ["Hoa Kỳ và Mỹ họp tại Thành phố Hồ Chí Minh. " + a, "25/9/2024, 1.340,5 tấn, G7. " + b]
def result():
    found = dedup.scan(texts, dedup.Params(threads=2, min_shared=5, passage=24))
    rows = [[m.a, m.b, m.relation, m.shared, m.size_a, m.size_b, m.longest_passage] for m in found.matches]
    rows += [[p.a_start, p.a_end, p.b_start, p.b_end] for m in found.matches for p in m.passages]
    return [rows, [dedup.signature(t, 8).tolist() + dedup.fingerprints(t).tolist() for t in texts]]
"""


def script():
    return f"texts = {[article(i, 90 + 10 * i) for i in range(3)]!r}\n{SCAN}"


@pytest.fixture(scope="module")
def expected():
    return json.loads(run(script() + "print(json.dumps(result()))"))


def test_a_forked_process_scans(expected):
    code = """
from dedup.sketch import sketch
sketch(texts * 100, dedup.Params(threads=2)), result()
import os, sys
if pid := os.fork():
    sys.exit(os.waitpid(pid, 0)[1])
print(json.dumps(result()), flush=True)
"""
    assert json.loads(run(script() + code)) == expected
    assert len(expected[0]) > 10


def test_without_compiler_the_same(expected):
    """Kernels are plain Python too; numpy warns of overflow where they mean it."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore::RuntimeWarning"}
    assert json.loads(run(script() + "print(json.dumps(result()))", environment=environment)) == expected


def test_two_threads_scan_at_once():
    texts = [article(i % 40, 150 + i % 7) for i in range(600)]
    alone = [repr(m) for m in scan(texts, Params(threads=1)).matches]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: scan(texts, Params(threads=2)), range(8)):
            assert [repr(m) for m in found.matches] == alone
    assert len(alone) > 500


@pytest.fixture
def read_only(tmp_path):
    """A copy of the package that cannot be written, in a folder that cannot either."""
    place = tmp_path / "site"
    shutil.copytree(PACKAGE, place / "dedup", ignore=shutil.ignore_patterns("__pycache__"))
    folders = [place, *(p for p in place.rglob("*") if p.is_dir())]
    for path in [*place.rglob("*.py"), *folders]:
        path.chmod(path.stat().st_mode & ~0o222)
    yield place
    for path in folders:
        path.chmod(0o755)


def _drop_capabilities():
    """Root may write anywhere by its capabilities CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH (1, 2): gives them up."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        if libc.prctl(24, capability, 0, 0, 0):
            raise OSError("prctl refused")


def run_humbly(code, read_only, temporary):
    """Runs code where neither the package, nor HOME, nor the working folder can be written."""
    environment = {"PYTHONPATH": str(read_only), "HOME": str(read_only), "TMPDIR": str(temporary)}
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    check = "import os; assert not os.access('.', os.W_OK), 'can write'\n"
    try:
        return run(check + code, environment=environment, cwd=read_only,
                   preexec_fn=_drop_capabilities if is_root else None)  # fmt: skip
    except subprocess.SubprocessError:
        pytest.skip("root cannot give up its right to write anywhere")


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl and modes")
def test_a_read_only_package_without_home_and_working_folder(read_only, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import dedup, dedup.kernels; print(dedup.__file__, *(t.text for t in dedup.tokenize('Mưa lớn')), sep='|')\n"
        "print(dedup.kernels.cache_folder())"
    )
    for _ in range(2):
        said, folder = run_humbly(code, read_only, temporary).splitlines()
        assert said == f"{read_only / 'dedup' / '__init__.py'}|Mưa|lớn"
        assert folder.startswith(f"{temporary}/dedup-kernels-{os.getuid()}/")
    kept = sorted(path.name.split("-")[0] for path in Path(folder).glob("*.nbi"))
    assert kept == ["kernels.document", "kernels.prepare"]
    assert (temporary / f"dedup-kernels-{os.getuid()}").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl and modes")
def test_where_nothing_can_be_written_one_warning_says_so(read_only, tmp_path):
    code = (
        "import sys, tempfile; sys.stderr = sys.stdout; tempfile.tempdir = '.'\n"
        "import dedup.kernels; print(repr(dedup.kernels.cache_folder()))"
    )
    said = run_humbly(code, read_only, tmp_path).splitlines()
    assert len(said) == 2
    assert "every process compiles anew (set NUMBA_CACHE_DIR)" in said[0]
    assert said[1] == "''"


def test_a_user_without_name_and_home():
    """As in containers that run under a number: ~ stands for nothing."""
    code = (
        "import os, pwd\nos.environ.pop('HOME', None)\n"
        "def nobody(uid): raise KeyError(uid)\npwd.getpwuid = nobody\n"
        "import dedup; print(len(dedup.tokenize('Mưa lớn')))"
    )
    assert run(code) == "2\n"


# ----------------------------------------------------------------------------------------------------------- threads


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", " 2", "²"])
def test_a_bad_number_of_threads(monkeypatch, value):
    monkeypatch.setenv("DEDUP_THREADS", value)
    with pytest.raises(ParamError, match=f"DEDUP_THREADS='{value}': need an integer of 1 or more"):
        scan(["Mưa.", "Gió."])
    assert len(scan(["Mưa.", "Gió."], Params(threads=1)).matches) == 0


def test_the_number_of_threads(monkeypatch):
    monkeypatch.setenv("DEDUP_THREADS", "3")
    assert (thread_count(), thread_count(5)) == (3, 5)
    monkeypatch.setenv("DEDUP_THREADS", "")
    assert 1 <= thread_count() <= os.cpu_count()


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
def test_ranges_cover_everything_in_order(threads, count):
    for size in (1, 3, 1000):
        ranges = list(each_range(lambda lo, hi: (lo, hi), count, threads, size))
        assert [x for lo, hi in ranges for x in range(lo, hi)] == list(range(count))
        assert all(0 < hi - lo <= size for lo, hi in ranges)


def twice(number):
    """What a process runs: None is more than it survives."""
    if number is None and multiprocessing.parent_process():
        os._exit(3)
    return 0 if number is None else 2 * number


@pytest.mark.parametrize("count", [1, 3])
def test_items_are_made_ahead(count):
    made, are_ahead = [], threading.Event()

    def make():
        for number in range(9):
            made.append(number)
            if number == count:
                are_ahead.set()
            yield number
        raise OSError("damaged")

    items = ahead(make(), count)
    assert made == []
    assert next(items) == 0
    assert are_ahead.wait(60)
    with pytest.raises(OSError, match="damaged"):
        [number for number in items if made[-1] <= number + count or pytest.fail("too many ahead")]
    assert list(ahead([], count)) == []
    endless = ahead(itertools.count(1), count)
    assert next(endless) == 1
    endless.close()


@pytest.mark.parametrize(
    "last",
    [
        "atexit.register(print, 'end')",
        "threading.Thread(target=lambda: (threading.main_thread().join(), print('end'))).start()",
    ],
)
def test_the_command_line_ends_at_once_but_leaves_nothing_undone(last):
    begin = f"import atexit, sys, threading\nfrom dedup.__main__ import start\n{last}\n"
    assert run(f"{begin}sys.argv = ['dedup', '--help']\nstart()").splitlines()[-1] == "end"


@pytest.mark.parametrize(("options", "code"), [("--help", 0), ("--wrong", 2)])
def test_the_command_line_without_a_standard_output(options, code):
    command = f'"{sys.executable}" -m dedup {options} >&-'
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_other_processes_give_the_same():
    assert list(each_apart(twice, iter(range(20)), 1)) == list(each_apart(twice, iter(range(20)), 2))
    assert list(each_apart(twice, [], 2)) == []
    items = each_apart(twice, itertools.count(), 2)
    assert [next(items) for _ in range(5)] == [0, 2, 4, 6, 8]
    items.close()


def test_what_no_process_does_is_done_here(monkeypatch):
    assert list(each_apart(twice, [1, None, 3], 2)) == [2, 0, 6]
    assert list(each_apart(lambda number: number + 1, [1, 2], 2)) == [2, 3]  # cannot be sent to another process

    def refuse(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    assert list(each_apart(twice, [1, 2, 3], 2)) == [2, 4, 6]
