import pytest

from core.data.sources import load_dataset


@pytest.fixture
def items(images, tmp_path):
    return load_dataset(str(images), tmp_path / "workspace").items
