"""The list of an index's files with their checksums: what makes a commit one step, and damage visible.

Whoosh never calls fsync, notices little corruption and unpickles what it opens (all measured). So nothing of an index
is opened before its checksum has been compared, and a commit counts from the moment the new manifest is in its place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from kb.errors import IndexBrokenError

NAME = "manifest"
REBUILD = "「kb reindex」で索引を作り直してください。"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One committed state of an index."""

    fingerprint: str
    """Everything that decides how the index was made: engine, schema, analyser."""
    generations: Mapping[str, int]
    """For each part of the index, which of its generations this state is."""
    files: Mapping[str, str]
    """SHA-256 of each file, by its path in the folder."""


Stamp = tuple[int, int, int]
"""Identity of a manifest file: a commit always changes it."""


@lru_cache(maxsize=16)
def _in(folder: Path) -> Path:
    """Where it lies: looked at twice for each search, and putting a path together takes longer."""
    return folder / NAME


def stamp(folder: Path) -> Stamp | None:
    """The present manifest's identity; None where there is none."""
    try:
        status = _in(folder).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def read(folder: Path) -> Manifest:
    """The committed state of the index in ``folder``.

    Raises:
        IndexBrokenError: there is none, or it cannot be read.

    """
    try:
        checksum, _, content = (folder / NAME).read_bytes().partition(b"\n")
        if checksum.decode("ascii") != _sum(content):
            raise ValueError("checksum")  # noqa: TRY301 - damage is told in one place
        return Manifest(**json.loads(content))
    except FileNotFoundError as error:
        raise IndexBrokenError(str(folder), "索引がまだありません。", REBUILD) from error
    except (OSError, ValueError, TypeError) as error:
        raise IndexBrokenError(str(folder), "索引の目録ファイルが壊れています。", REBUILD) from error


def write(folder: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the committed state. Its files and folders must be on the disk already (``sync``)."""
    beside = folder / f"{NAME}.new"
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()
    with beside.open("wb") as stream:
        stream.write(_sum(content).encode("ascii") + b"\n" + content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(folder / NAME)
    _sync(folder)


def sync(folder: Path, files: Iterable[str]) -> dict[str, str]:
    """Put these files of ``folder`` and the folders they lie in on the disk for good; returns their checksums."""
    checksums = {}
    for name in files:
        _sync(folder / name)
        checksums[name] = checksum(folder / name)
    for parent in {(folder / name).parent for name in checksums}:
        _sync(parent)
    return checksums


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def verify(folder: Path, manifest: Manifest, known: Mapping[str, str]) -> None:
    """Compare the files with the manifest; ``known`` are checksums that have been compared before.

    Raises:
        FileNotFoundError: a file is gone; it may be that a newer state has taken the place of this one.
        IndexBrokenError: a file has been changed or damaged.

    """
    for name, expected in manifest.files.items():
        if known.get(name) != expected and checksum(folder / name) != expected:
            raise IndexBrokenError(str(folder / name), "索引のファイルが壊れています。", REBUILD)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # pragma: no cover - Windows cannot open folders, and needs no such step
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
