"""Cache of label safety results on disk. Does not import torch."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core import files, paths
from core.errors import StorageFailed
from core.experiment import PipelineSpec
from core.screening.question import ScreeningQuestion
from core.screening.verdict import Safety

MAX_RESULTS = 800  # results of about 5 kB each, stored under key and gist; the least recently used are deleted first
_RESULT = TypeAdapter(Safety)


class ScreeningCache:
    """Results in `folder`, one small JSON file each. Safe for several processes: files are written atomically."""

    def __init__(self, folder: Path, limit: int = MAX_RESULTS) -> None:
        self._folder = folder
        self._most = limit

    def load(self, key: str) -> Safety | None:
        """The result stored under `key`; None if it is missing, damaged, or in another format.

        A result with class or file names that are not valid text counts as damaged.
        """
        path = self._path(key)
        try:
            found = _RESULT.validate_json(path.read_bytes())
            os.utime(path)  # mark as recently used
        except (OSError, ValidationError):
            return None
        return found

    def save(self, key: str, answer: Safety) -> None:
        """Store a result and delete the oldest ones. Disk errors are ignored: they only cost time."""
        try:
            files.write_json(self._path(key), asdict(answer))
            files.make_newest(self._path(key), self._folder.glob("*.json"))
            self._prune()
        except (OSError, StorageFailed):
            return

    def all(self, question: ScreeningQuestion, pipelines: Sequence[PipelineSpec]) -> tuple[Safety, ...] | None:
        """The results for all pipelines; None if one is missing."""
        return self._each([question.key(pipeline) for pipeline in pipelines])

    def nearly(self, question: ScreeningQuestion, pipelines: Sequence[PipelineSpec]) -> tuple[Safety, ...] | None:
        """The newest results for all pipelines with any other settings; None if one is missing."""
        return self._each([question.gist(pipeline) for pipeline in pipelines])

    def _each(self, keys: Sequence[str]) -> tuple[Safety, ...] | None:
        found = [answer for key in keys if (answer := self.load(key)) is not None]
        return tuple(found) if len(found) == len(keys) else None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _prune(self) -> None:
        stored = sorted(self._folder.glob("*.json"), key=_age)
        for path in stored[: max(0, len(stored) - self._most)]:
            path.unlink(missing_ok=True)


def kept_in(workspace: Path) -> ScreeningCache:
    """The cache of a workspace."""
    return ScreeningCache(workspace / paths.SCREENINGS)


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # just deleted by another process
        return 0
