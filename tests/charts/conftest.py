import math

import pytest


@pytest.fixture(params=["light", "dark"])
def theme(request):
    return request.param


@pytest.fixture
def wave():
    return [math.sin(i / 50) for i in range(5000)]
