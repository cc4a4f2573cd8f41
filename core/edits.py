"""What people say of single images instead of what their data set says: another label, or that they are not used."""

from pydantic import Field

from core.description import Description

MOST_EDITS = 10_000


class Edit(Description):
    """One image with other labels, or without a part in the data set. The files themselves are never changed."""

    image: str = Field(min_length=1, max_length=4096, description="Its name below the data set's folder.")
    digest: str = Field(
        min_length=12, max_length=64, pattern="^[0-9a-f]*$",
        description="Of its pixels: the edit holds for these, whatever the file is called by now.",
    )  # fmt: skip
    labels: tuple[str, ...] | None = Field(
        None, max_length=1000, description="Its classes from now on; empty here: it is left out."
    )
    before: tuple[str, ...] = Field((), max_length=1000, description="The classes that the data set gives it.")

    @property
    def excludes(self) -> bool:
        """Whether the image is left out."""
        return self.labels is None
