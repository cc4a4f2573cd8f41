"""What tests of the augment page share."""

import pytest

from pages.ui.augment import preview
from tests.pages.augment.helpers import saved_images


@pytest.fixture
def shown(monkeypatch):
    """The cells of each mosaic that was drawn, with its columns and its caption."""
    drawn = []
    real = preview.show_mosaic

    def spy(cells, columns, cell_px, caption, **options):
        drawn.append((cells, columns, caption))
        real(cells, columns, cell_px, caption, **options)

    monkeypatch.setattr(preview, "show_mosaic", spy)
    return drawn


@pytest.fixture
def source(tmp_path) -> str:
    return saved_images(tmp_path / "images")
