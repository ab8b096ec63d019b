"""A run: what was found for each query, in the format of TREC (``qid Q0 id rank score tag``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kb.errors import ConfigError

Run = Mapping[str, Sequence[tuple[str, float]]]
"""By query id: ids with their scores, best first."""

TAG = "kb"


def write(path: Path, run: Run) -> None:
    """Write a run to a file.

    Raises:
        ConfigError: it cannot be written.

    """
    lines = [
        f"{qid} Q0 {identity} {rank} {score:.6f} {TAG}\n"
        for qid, found in run.items()
        for rank, (identity, score) in enumerate(found, 1)
    ]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), f"書き込めません（{error.strerror}）。", "置き場所を確かめてください。") from error


def read(path: Path) -> dict[str, list[tuple[str, float]]]:
    """The run in a file, each query's ids in order of rank.

    Raises:
        ConfigError: it cannot be read, or a line is none of a run.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fix = "「kb eval --run」で書き出したファイルを指定してください。"
        raise ConfigError(str(path), f"読めません（{error}）。", fix) from error
    ranked: dict[str, list[tuple[int, str, float]]] = {}
    for number, line in enumerate(lines, 1):
        try:
            qid, _, identity, rank, score, _ = line.split(" ")
            ranked.setdefault(qid, []).append((int(rank), identity, float(score)))
        except ValueError as error:
            reason = f"{number}行目が「qid Q0 id 順位 点数 名前」の形ではありません。"
            raise ConfigError(str(path), reason, "") from error
    return {qid: [(identity, score) for _, identity, score in sorted(found)] for qid, found in ranked.items()}
