"""What the benchmarks have in common: runs measured in processes of their own, machine, corpus, tables. Linux only."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import threading
from collections.abc import Iterable, Sequence
from importlib import metadata, util
from pathlib import Path
from time import perf_counter
from typing import Any

SAMPLING = 0.2  # seconds between two looks at the memory of a process and its children


def make_environment(work: Path, cores: int) -> dict[str, str]:
    """The caller's variables, `cores` threads for every library, no network, and a data set cache of this run's own."""
    threads = ("DEDUP", "NUMBA_NUM", "OMP_NUM", "OPENBLAS_NUM", "POLARS_MAX", "RAYON_NUM")
    paths = [str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {
        **os.environ,
        **{f"{name}_THREADS": str(cores) for name in threads},
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(work / "cache"),  # a cache that outlives the run would hold text-dedup's results
    }


def run_process(command: list[str], work: Path, cores: int) -> dict[str, Any]:
    """Runs a command in the folder `work`: seconds by the clock and of the processor (which other work on the machine
    changes less), peak memory. Raises RuntimeError with its last words."""
    log = work / "log.txt"
    with log.open("wb") as out:
        started = perf_counter()
        child = subprocess.Popen(command, cwd=work, env=make_environment(work, cores), stdout=out, stderr=out)
        sampler = MemorySampler(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"exit code {child.returncode}: {''.join(last)}")
    busy = usage.ru_utime + usage.ru_stime
    return {"whole": seconds, "processor": busy, "peak": sampler.stop(), "load_average": os.getloadavg()[0]}


class MemorySampler(threading.Thread):
    """The largest memory of a process and its children together, shared pages counted once (the sum of their PSS).

    Of one process alone what the system keeps (VmHWM); `ru_maxrss` counts what its parent held when it began, too.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.stopped = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.stopped.wait(SAMPLING):
            processes = [self.pid, *find_children(self.pid)]
            alone = len(processes) == 1
            held = read_kilobytes(self.pid, "status", "VmHWM:") if alone else sum(map(read_pss, processes))
            self.peak = max(self.peak, held)

    def stop(self) -> int:
        self.stopped.set()
        self.join()
        return self.peak


def find_children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, path.read_text().split())
    except OSError:  # it has just ended
        return []
    return found + [grandchild for child in found for grandchild in find_children(child)]


def read_pss(pid: int) -> int:
    return read_kilobytes(pid, "smaps_rollup", "Pss:")


def read_kilobytes(pid: int, file: str, name: str) -> int:
    """A line "NAME N kB" of a file that the system has about a process, in bytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def describe_machine(cores: int) -> dict[str, Any]:
    """Processor, memory, system, Python and the libraries that most of the time is spent in."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("dedup-vi", "numpy", "numba", "pyarrow")
    libraries = {name: metadata.version(name) for name in packages if util.find_spec(name.removesuffix("-vi"))}
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": cores,
        "memory_GiB": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        **libraries,
    }


def describe_corpus(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Articles, bytes of text, and the SHA-256 of all ids and texts in order, each ended by a zero byte."""
    total, articles, size = hashlib.sha256(), 0, 0
    for id, text in rows:
        encoded = text.encode("utf-8", "surrogatepass")
        total.update(id.encode() + b"\0" + encoded + b"\0")
        articles += 1
        size += len(encoded)
    return {"articles": articles, "bytes": size, "digest": total.hexdigest()}


def print_heading(machine: dict[str, Any], corpus: dict[str, Any]) -> None:
    """Two lines: on what, and of what."""
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    print(f"{corpus['articles']:,} articles, {corpus['bytes'] / 1e6:.1f} MB, sha256 {corpus['digest']}")


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """A Markdown table; the first row is its head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for row in (rows[0], ["-" * width for width in widths], *rows[1:]):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")


def write_json(path: Path | None, content: dict[str, Any]) -> None:
    """Writes results where they are asked for."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
