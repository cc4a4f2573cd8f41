"""The Data page with images of every kind, word for word."""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.collection import add_images, create
from core.data.dataset import LeftOut
from core.errors import InvalidInput
from core.experiment import Reading, SplitSpec
from pages.ui.data import choose
from pages.ui.data.take import Outcome
from pages.ui.session import data_view, engine
from pages.ui.session.data_view import Asking
from pages.ui.session.state import Draft
from tests.conftest import make_images
from tests.pages.data.helpers import png
from tests.pages.shown import ground
from tests.pages.shown.ground import page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("data.txt"))


def scenes(folder, name, numbers, side=96):
    """Pictures that no one takes for each other."""
    (folder / name).mkdir(parents=True)
    for number in numbers:
        rng = np.random.default_rng([number, *name.encode()])
        pixels = np.kron(rng.integers(20, 230, (12, 12, 3)), np.ones((side // 12, side // 12, 1)))
        Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{number:02}.png")


def lighter(path, by, name):
    """A copy of a picture in which all is a little lighter."""
    Image.open(path).point(lambda value: min(255, value + by)).save(path.with_name(name))


def copied(world, parts=("",)):
    """Two classes in which some pictures have copies."""
    folder = world.tmp / "copied"
    for seed, part in enumerate(parts):
        for name in ("cat", "dog"):
            scenes(folder / part, name, range(20 * seed, 20 * seed + 9))
    for number in (0, 1, 2):
        lighter(folder / parts[0] / "cat" / f"0{number}.png", 6, f"0{number} copy.png")
    for extra in range(4):
        lighter(folder / parts[0] / "dog" / "03.png", 5 + 3 * extra, f"03 copy {extra}.png")
    return folder


def source(world, name, **parts):
    draft = Draft(source=str(name), **parts)
    return lambda **kept: world.open("data", draft=draft, **kept)


def sample(name):
    return lambda world: source(world, f"sample:{name}")()


def collections(world):
    for number, name in enumerate(("Pets", "[x](y)", "Cars", "Cups", "Pens", "Zip")):
        folder = create(engine.workspace().root, name)
        if number % 2 == 0:
            for one in range(2 + 4 * number):
                add_images(folder, f"kind {one}", [("a.png", png(one))])
        if name == "Zip":
            (folder / ".collection.json").write_text('{"name": "Zip", "kind": "zip"}')
        os.utime(folder, (1e9 + 86400 * number, 1e9 + 86400 * number))
        folder.rename(folder.with_name(f"{number}-folder"))
    return source(world, world.divided)(**{"data:view": "choose"})


def unclear(world):
    for seed, (top, count) in enumerate((("a", 5), ("b", 3))):
        make_images(world.tmp / "leaves" / top, classes=("leaf", "root"), per_class=count, seed=seed)
    return world.open("data", **{"data:view": "ask", "data:asking": Asking(str(world.tmp / "leaves"), Reading())})


def answered(world):
    unclear(world)
    reading = Reading(layout="only:b")
    asking = Asking(str(world.tmp / "leaves"), reading)
    return source(world, asking.source, reading=reading)(**{"data:view": "ask", "data:asking": asking})


def one_way(world):
    asking = Asking(str(make_images(world.tmp / "plain", per_class=3)), Reading())
    return source(world, asking.source)(**{"data:view": "ask", "data:asking": asking})


def deleted(world):
    return source(world, world.divided)(**{"data:view": "ask", "data:asking": Asking("/no/where", Reading())})


def problems(world):
    folder = make_images(world.tmp / "few", classes=tuple("abcdefg"), per_class=1)
    scenes(folder, "h", range(5))
    return source(world, folder)()


def left_out(world):
    folder = make_images(world.tmp / "left", per_class=6)
    for number in range(9):
        (folder / "cold" / f"bad {number}.png").write_bytes(b"x" * number)
    (folder / "warm" / "again.png").write_bytes((folder / "warm" / "00.png").read_bytes())
    return source(world, folder)()


def unlabelled(world):
    make_images(world.tmp / "zoo", classes=("train",), per_class=14)
    make_images(world.tmp / "zoo", classes=("test",), per_class=3, seed=7)
    names = sorted(path.name for path in (world.tmp / "zoo" / "train").iterdir())
    rows = [f"{name},{'owl' if n < 8 else 'bat'},{('day', 'night')[n % 2]}" for n, name in enumerate(names)]
    (world.tmp / "zoo" / "train.csv").write_text("\n".join(["image,label,time", *rows]))
    reading = Reading(layout="csv", labels="train.csv", file_column="image", label_column="label")
    return source(world, world.tmp / "zoo", reading=reading)()


def marks(world):
    make_images(world.tmp / "home", classes=("images",), per_class=15)
    names = sorted(path.name for path in (world.tmp / "home" / "images").iterdir())
    rows = [f"{name},{n % 2},{(n % 3) // 2},{int(n < 1)}" for n, name in enumerate(names)]
    (world.tmp / "home" / "labels.csv").write_text("\n".join(["file,cat,dog,sofa", *rows]))
    return source(world, world.tmp / "home")()


def shared_images(world):
    folder = make_images(world.tmp / "both", classes=("a", "b", "c"), per_class=5)
    (folder / "b" / "x.png").write_bytes((folder / "a" / "00.png").read_bytes() + b"more")
    return source(world, folder)()


def train_and_test(world):
    for seed, part in enumerate(("train", "test")):
        make_images(world.tmp / "halves" / part, per_class=5 + seed, seed=seed)
    return source(world, world.tmp / "halves")()


def copies(how):
    return lambda world: source(world, copied(world), split=SplitSpec(near_copies=how))()


def copies_across(world):
    folder = copied(world, ("train", "val", "test"))
    (folder / "test" / "cat" / "same.png").write_bytes(b"")
    lighter(folder / "train" / "cat" / "05.png", 7, "05 copy.png")
    (folder / "train" / "cat" / "05 copy.png").rename(folder / "test" / "cat" / "05 copy.png")
    lighter(folder / "train" / "cat" / "06.png", 7, "06 copy.png")
    (folder / "train" / "cat" / "06 copy.png").rename(folder / "train" / "dog" / "06 copy.png")
    return source(world, folder)()


def corrected(world):
    spec = SplitSpec(distinct=tuple(f"{number:016x}" for number in range(3)))
    return source(world, make_images(world.tmp / "plain", per_class=3), split=spec)()


def one_class(world):
    at = source(world, world.divided)()
    at.selectbox(key="data-gallery-class").set_value(2)
    at.segmented_control(key="data-gallery-part").set_value("test")
    return at.run()


def none_of_a_class(world):
    folder = make_images(world.tmp / "pair", per_class=2)
    scenes(folder, "many", range(7))
    at = source(world, folder)()
    at.selectbox(key="data-gallery-class").set_value(0)
    at.segmented_control(key="data-gallery-part").set_value("test")
    return at.run()


def second_page(world):
    return source(world, world.divided)().get("pagination")[0].set_value(2).run()


def collection(world, classes=()):
    folder = create(engine.workspace().root, "My [own] images")
    for number, (name, count) in enumerate(classes):
        files = [(f"{n}.png", png(40 * number + 9 * n, 24 + n)) for n in range(count)]
        add_images(folder, name, files)
        for n, path in enumerate(sorted((folder / name).glob("*.png"))):
            os.utime(path, (1e9 + n, 1e9 + n))
    place = folder.with_name("collected")
    folder.rename(place)
    return place


SIX = (("cat", 8), ("dog", 2), ("emu", 1))


def own(world):
    folder = collection(world, SIX[:2])
    return source(world, folder)()


def adding(world):
    folder = collection(world, SIX)
    outcome = Outcome("dog", 2, (LeftOut("[x].png", "It is no image."),))
    return source(world, folder)(
        **{"data:view": "add", "collection": folder, "data:class": "dog", "data:outcome": outcome}
    )


def adding_many(world):
    folder = collection(world, tuple((f"k{n}", 1) for n in range(8)))
    refused = tuple(LeftOut(f"{n}.png", f"Reason {n}.") for n in range(7))
    kept = {"data:view": "add", "collection": folder, "data:outcome": Outcome("k1", 1, refused, "The disk is full.")}
    return source(world, folder)(**kept)


def adding_new(world):
    folder = collection(world, SIX[:1])
    at = source(world, folder)(**{"data:view": "add", "collection": folder})
    at.get("button_group")[0].set_value("\0new")
    return at.run()


def adding_first(world):
    return world.open("data", **{"data:view": "add", "data:name": "Pets"})


def camera(world):
    at = world.open("data", **{"data:view": "add", "data:name": "Pets"})
    at.segmented_control(key="data-way").set_value("Camera")
    return at.run()


def camera_open(world):
    at = camera(world)
    at.toggle(key="data-camera-on").set_value(True)
    return at.run()


def gone(world):
    return source(world, "/no/[x]/folder")()


def no_path(world):
    at = world.open("data")
    at.text_input(key="data-path").set_value("/no/[x]")
    return at.button(key="data-path-use").click().run()


def no_name(world):
    at = world.open("data")
    at.text_input(key="data-new-name").set_value("  ")
    return at.button(key="data-new").click().run()


def refused_copy(world):
    def refuse(*_):
        raise InvalidInput("Too many [images].")

    world.patch.setattr("core.data.collection.copy_dataset", refuse)
    at = source(world, world.divided)(**{"data:view": "copy"})
    return at.button(key="data-copy").click().run()


def damaged_sample(world):
    world.patch.setattr(choose, "_sample_cells", lambda sample: ())
    return world.open("data")


STATES = {
    "nothing chosen": lambda world: world.open("data"), "stamps": sample("stamps"), "signs": sample("signs"),
    "scenes": sample("scenes"), "collections": collections, "a question": unclear, "another way": answered,
    "no other way": one_way, "a question about what is gone": deleted, "problems": problems, "left out": left_out,
    "unlabelled": unlabelled, "columns of marks": marks, "images in two classes": shared_images,
    "divided": lambda world: source(world, world.divided)(), "train and test": train_and_test,
    "copies together": copies("group"), "copies dropped": copies("drop"), "copies kept": copies("keep"),
    "copies across parts": copies_across, "no copies but corrections": corrected, "one class of a part": one_class,
    "no image of a class": none_of_a_class, "second page": second_page, "a collection": own,
    "adding": adding, "adding with much refused": adding_many, "adding a class": adding_new,
    "adding the first": adding_first, "camera": camera, "camera open": camera_open,
    "copy": lambda world: source(world, world.divided)(**{"data:view": "copy"}), "refused copy": refused_copy,
    "a folder that is gone": gone, "a path that is not there": no_path, "a collection without a name": no_name,
    "a damaged sample": damaged_sample,
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("nothing chosen", "divided")
)


def test_the_last_changed_collection_comes_first(world):
    collections(world)
    assert [one.folder.name[0] for one in data_view.collections()] == list("543210")
