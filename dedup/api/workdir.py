"""The working files of a scan whose memory is bounded: their folder, the room they need, and how a run goes on."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import logging
import os
import pickle
import shutil
import stat
import sys
import tempfile
import weakref
from pathlib import Path
from typing import Any, NamedTuple

from dedup.errors import DiskError
from dedup.furniture import Furniture
from dedup.io import Reader, count_rows, find
from dedup.letters import SCHEME, digest
from dedup.models import Params
from dedup.spool import Spool, why_not
from dedup.threads import thread_count

__all__ = ["Estimate", "Workdir", "estimate"]

log = logging.getLogger("dedup.api")

_MANIFEST = "dedup-scan.json"
_ARTICLE = 3_000  # bytes of text, where nothing better is known
_PACKED = 4  # times as large is what a packed file holds
_KEPT = 1_900  # bytes on the disk for each article beside its text: keys 750, notes of lines 900, details
_SPEED = 27e6  # bytes of text a second and thread
_FREE = 1 << 28  # bytes that are left on the disk


class Estimate(NamedTuple):
    """What a scan will take: articles, bytes on the disk, seconds. Of packed files a guess."""

    articles: int
    disk: int
    seconds: float


def estimate(readers: list[Reader], params: Params) -> Estimate | None:
    """What a scan of these files will take, by their sizes; None where one is standard input."""
    articles = size = 0
    for reader in readers:
        if reader.bytes_total is None:
            return None
        for place in find(reader.paths, lambda where, reason: None):
            rows, unpacked = count_rows(place) if place.kind == "parquet" else (0, 0)
            unpacked = unpacked or place.size * (_PACKED if place.packing else 1)
            is_one = place.kind in ("txt", "html")
            articles += rows or (1 if is_one else -(-unpacked // _ARTICLE))
            size += unpacked
    return Estimate(articles, size + _KEPT * articles, size / _SPEED / thread_count(params.threads))


class Workdir:
    """A folder for working files.

    Without `Params.workdir` it is a temporary one whose files have no name: they are gone when the process is, whatever
    ends it. With it the files stay until the scan is done, and the same scan goes on where it was stopped.

    Args:
        params: `memory` and `workdir`; where both are None everything is kept in memory.
        inputs: the articles to be scanned; of others than a Reader nothing can be resumed.
        furniture: what was asked for.
    """

    def __init__(self, params: Params, inputs: list[Any], furniture: Any) -> None:
        self.path: Path | None = None
        self._is_temporary, self._is_made, self._can_resume = params.workdir is None, False, False
        if params.memory is None and params.workdir is None:
            return
        self._readers = [reader for reader in inputs if isinstance(reader, Reader)]
        if params.workdir is None:
            self.path = Path(tempfile.mkdtemp(prefix="dedup-"))
            self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        else:
            self.path = Path(params.workdir)
            job = _describe(params, inputs, furniture)
            self._can_resume = job is not None
            self._claim(job)
        self._check_room(params)

    def _claim(self, job: dict[str, Any] | None) -> None:
        """Makes the folder ours, or finds that it is that of this very scan."""
        assert self.path is not None
        self._is_made = not self.path.exists()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            state, names = self.path.stat(), os.listdir(self.path)
        except OSError as error:
            raise DiskError(str(self.path), why_not(error)) from None
        text = json.dumps(job, ensure_ascii=False, sort_keys=True)
        manifest = self.path / _MANIFEST
        if names:
            if not manifest.is_file():
                raise DiskError(str(self.path), "is not empty, and holds no scan that was stopped")
            if job is None or manifest.read_text(encoding="utf-8") != text:
                raise DiskError(str(self.path), "holds another scan that was stopped: other inputs or options")
            if hasattr(os, "getuid") and (state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o022):
                raise DiskError(str(self.path), "can be written by others: what it holds is not read")
        else:
            self._write(_MANIFEST, text.encode())

    def _check_room(self, params: Params) -> None:
        """Raises DiskError where the disk has not enough room."""
        assert self.path is not None
        needed = estimate(self._readers, params)
        if needed is None or self._has_any():
            return
        free = shutil.disk_usage(self.path).free
        if needed.disk + _FREE > free:
            reason = f"needs about {needed.disk / 1e9:.1f} GB of working files, and {free / 1e9:.1f} GB are free"
            raise DiskError(str(self.path), reason)

    def _has_any(self) -> bool:
        assert self.path is not None
        return any(entry.name != _MANIFEST for entry in self.path.iterdir())

    def spool(self, name: str) -> Spool:
        """A spool in memory, or in a file of that name."""
        if self.path is None:
            return Spool()
        return Spool(self.path / name, has_name=not self._is_temporary)

    def give_back(self) -> None:
        """Gives unused memory back to the system, where the memory is bounded."""
        if self.path is not None:
            with contextlib.suppress(OSError, AttributeError):  # glibc alone has it: a third of the memory
                ctypes.CDLL(None).malloc_trim(0)

    def save(self, stage: str, value: Any) -> None:
        """Keeps what a stage made, whole, where the scan may be resumed, and gives unused memory back."""
        self.give_back()
        if self._can_resume:
            blob = io.BytesIO()
            pickle.dump(value, blob, protocol=5)
            self._write(f"{stage}.done", blob.getbuffer())

    def load(self, stage: str) -> Any:
        """What a stage made in a run that was stopped; None where it did not come to its end."""
        if self.path is None or not self._can_resume:
            return None
        try:
            with open(self.path / f"{stage}.done", "rb") as file:
                value = pickle.load(file)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise DiskError(str(self.path), f"cannot be resumed: {error}") from None
        log.info("resumed after %s", stage)
        return value

    def _write(self, name: str, content: Any) -> None:
        assert self.path is not None
        part = self.path / f"{name}.part"
        try:
            with open(part, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.path / name)
        except OSError as error:
            raise DiskError(str(part), why_not(error)) from None

    def close(self) -> None:
        """Removes the working files, and the folder where this run made it."""
        if self.path is None:
            return
        if self._is_temporary:
            self._remove()
            return
        for name in os.listdir(self.path) if self.path.is_dir() else ():
            if name == _MANIFEST or name.endswith((".done", ".part", ".spool")):
                (self.path / name).unlink(missing_ok=True)
        if self._is_made:
            with contextlib.suppress(OSError):
                self.path.rmdir()


def _describe(params: Params, inputs: list[Any], furniture: Any) -> dict[str, Any] | None:
    """What makes a scan the same one; None where the inputs are not files."""
    from dedup import __version__

    files: list[Any] = []
    for reader in inputs:
        if not isinstance(reader, Reader) or reader.bytes_total is None:
            return None
        places = find(reader.paths, lambda where, reason: None)
        files.append([reader.named, [[place.path, place.size, place.changed] for place in places]])
    asked = {**params.as_dict(), "memory": None, "workdir": None, "threads": None, "wait": None}
    if isinstance(furniture, Furniture):
        furniture = [[line.source, line.kind, str(line.code)] for line in furniture.lines]
    return {
        "dedup": __version__, "python": sys.version, "tokenizer": f"{SCHEME}:{digest()}", "params": asked,
        "furniture": furniture, "files": files,
    }  # fmt: skip
