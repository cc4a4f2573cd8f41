"""Whether features that do not fit into memory are read from their file or computed again: whichever is quicker."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

FEWEST = 256  # images of which both must be known
MARGIN = 1.25  # times as long as computing, which reading may take: it leaves the device to what is trained

TOO_LARGE = (
    "The features of one view of {images} images would take {size}; at most {most} are kept. They are computed anew at "
    "every epoch. Freeze more stages or choose a smaller image size to have them kept."
)
NOT_ALL = (
    "The features of all views would take more than the {most} of the disk that are kept: those of the last views are "
    "not kept for later runs, and computed anew at every epoch where they do not fit into memory."
)


class Pace:
    """Seconds for each image."""

    def __init__(self) -> None:
        self.images = 0
        self._seconds = 0.0

    def add(self, seconds: float, images: int) -> None:
        """So many images took so long."""
        self._seconds += seconds
        self.images += images

    @contextmanager
    def timed(self, images: int) -> Iterator[None]:
        """What is done within is for so many images."""
        began = perf_counter()
        yield
        self.add(perf_counter() - began, images)

    @property
    def each(self) -> float:
        """Seconds for an image."""
        return self._seconds / self.images if self.images else 0.0


class Quicker:
    """How long both take here, as far as it is known."""

    def __init__(self, chooses: bool) -> None:
        """`chooses` False: what is kept is always read."""
        self._chooses = chooses
        self.computing = Pace()
        self.reading = Pace()

    @property
    def to_compute(self) -> bool:
        """Whether computing is known to be quicker than reading."""
        known = min(self.computing.images, self.reading.images) >= FEWEST
        return self._chooses and known and self.reading.each > MARGIN * self.computing.each

    @property
    def note(self) -> str:
        """What is said of it."""
        return (
            "Features that do not fit into memory are computed anew at every epoch: to read them from the disk takes "
            f"{1000 * self.reading.each:.2g} ms for an image, to compute them {1000 * self.computing.each:.2g} ms."
        )
