"""What the tests of the Augment page share: the page in a session with a draft, and what stands on it."""

from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.augment.catalogue import TRANSFORMS
from core.augment.steps import default_step
from core.experiment import BackboneSpec, PipelineSpec, Step
from pages.ui.session.state import Draft

ROOT = Path(__file__).resolve().parents[3]
CLASSES = ("cold", "warm")


def saved_images(folder: Path) -> str:
    """Twelve images of 40 x 50 px in two classes; returns their source."""
    rng = np.random.default_rng(0)
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        for number in range(6):
            image = Image.fromarray(rng.integers(0, 255, (40, 50, 3)).astype(np.uint8))
            image.save(folder / name / f"{number}.png")
    return str(folder)


def opened(**draft) -> AppTest:
    """The page in a session with this draft; small images unless the draft says otherwise."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    small = {
        "pipeline": PipelineSpec(),
        "backbone": BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32),
    }
    at.session_state["graft:draft"] = Draft(**(small | draft))
    return ran(at.switch_page("pages/augment.py"))


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def draft(at: AppTest) -> Draft:
    return at.session_state["graft:draft"]


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return ran(at)


def names(at: AppTest) -> list[str]:
    return [step.transform for step in draft(at).pipeline.steps]


def texts(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.error, *at.warning, *at.success]
    return "\n".join(element.value for element in elements).replace("\\", "")


def offered(at: AppTest) -> dict[str, str]:
    """The transforms in the list, with what their buttons say; none while it is closed."""
    keys = {f"augment-add-{name}": name for name in TRANSFORMS}
    return {keys[button.key]: button.label.replace("\\", "") for button in at.button if button.key in keys}


def labels(cells) -> list[str]:
    return [cell.label for cell in cells]


def step(name: str, **params) -> Step:
    start = default_step(name)
    return Step(transform=name, p=1.0, params=start.params | params)
