"""What a program and its view workers tell each other, through pipes. Pixels go through shared memory."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from core.data.cache import Place
from core.data.geometry import Geometry
from core.data.scale import Range
from core.shared import Address, SharedFile

_LENGTH_BYTES = 8


class Asked(NamedTuple):
    """An image: `file` is its path, `place` where the cache's file has it or is given it."""

    file: str
    digest: str
    value_range: Range | None
    width: int
    height: int
    place: Place | None

    @property
    def path(self) -> Path:
        """As `Item.path`."""
        return Path(self.file)


class Opened(NamedTuple):
    """Views that a worker will be asked for: see `Views`. `views` is the file that they are written to, `images` that
    of the cache. `references`: where they are written, if a view may use other images; there may be 100,000."""

    key: int
    pipeline: str  # as JSON
    geometry: Geometry
    seed: int
    references: "Written | None"
    views: Address
    images: Address | None


class Written(NamedTuple):
    """References that were written once for all workers and all views of a data set."""

    address: Address
    length: int

    @classmethod
    def to(cls, file: SharedFile, references: Sequence[Asked]) -> Self:
        """Write them to a file. Raises `OSError`."""
        content = pickle.dumps(tuple(references), pickle.HIGHEST_PROTOCOL)
        file.write(content, 0)
        return cls(file.address, len(content))

    def read(self) -> tuple[Asked, ...]:
        """Read them. Raises `OSError`."""
        found: tuple[Asked, ...] = pickle.loads(SharedFile.open(self.address).read(self.length, 0))
        return found


class Closed(NamedTuple):
    """Views that nobody wants any more. The worker answers the same, once it will open none of their files any more."""

    key: int


class Unit(NamedTuple):
    """Some images of one batch, to be written one after the other from `offset` on. `number` is that of the view.

    `left_out` are the places of images that are not tried. `careful`: tell each one before it is tried.
    """

    key: int
    unit: int
    offset: int
    number: int | None
    images: tuple[Asked, ...]
    left_out: frozenset[int] = frozenset()
    careful: bool = False


class Trying(NamedTuple):
    """The image of a unit, by its place in it, that is made next."""

    unit: int
    place: int


class Made(NamedTuple):
    """A unit is done. `failures` has the reason for every image that could not be read, and None for the others;
    `error` is what made the whole unit fail."""

    unit: int
    failures: tuple[str | None, ...] = ()
    error: Exception | None = None


def send(pipe: IO[bytes], message: Any) -> None:
    """Write a message. Raises `OSError` when the other end is gone."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(_LENGTH_BYTES, "little") + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next message. Raises `EOFError` when the other end is gone."""
    length = int.from_bytes(_exactly(pipe, _LENGTH_BYTES), "little")
    return pickle.loads(_exactly(pipe, length))


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return content
