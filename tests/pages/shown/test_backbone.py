"""The Backbone page with models, weights and phases of every kind, word for word."""

from pathlib import Path

from core.errors import WeightsUnavailable
from core.experiment import BackboneSpec, Phase
from pages.ui.backbone import weights
from pages.ui.session.state import Draft
from tests.pages.shown import ground
from tests.pages.shown.ground import page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("backbone.txt"))
NET = BackboneSpec(name="resnet18")
THREE = (
    Phase(stages=("head",), epochs=1), Phase(stages=("layer4", "head"), epochs=2, learning_rate=2e-4),
    Phase(stages=("layer2", "layer3", "layer4", "head"), epochs=3, learning_rate=1e-4),
)  # fmt: skip
LBFGS = (Phase(stages=("head",), epochs=5, solver="lbfgs"),)


def drafted(**parts):
    return lambda world: world.open("backbone", draft=Draft(**parts))


def kept(parts, **session):
    return lambda world: world.open("backbone", draft=Draft(**parts), **session)


def images(world):
    return world.open("backbone", draft=Draft(source=str(world.divided), backbone=NET, phases=THREE))


def searched(text):
    def opened(world):
        at = world.open("backbone", draft=Draft(backbone=NET, phases=LBFGS))
        at.text_input(key="backbone-search").set_value(text)
        return at.run()

    return opened


def local(world):
    world.patch.setattr("pages.ui.backbone.catalogue.is_local", lambda entry: "18" in entry.name)
    at = world.open("backbone", draft=Draft(phases=LBFGS))
    at.toggle(key="backbone-local").set_value(True)
    at.selectbox(key="backbone-family").set_value("ResNet")
    return at.run()


def failed_download(world):
    failure = WeightsUnavailable("The server [x] does not answer.")
    return kept({"backbone": NET, "phases": LBFGS}, **{"backbone-failure": ("resnet18", failure)})(world)


def own_file(fits):
    def opened(world):
        def check(spec, n_classes):
            if not fits:
                raise WeightsUnavailable(f"It has no head [for] {n_classes}.")

        world.patch.setattr(weights, "require_fit", check)
        spec = BackboneSpec(name="resnet18", weights="/mine/my [1].safetensors")
        return world.open("backbone", draft=Draft(backbone=spec, phases=LBFGS))

    return opened


def wrong_size(world):
    at = world.open("backbone", draft=Draft(backbone=BackboneSpec(name="timm/vit_tiny_patch16_224"), phases=LBFGS))
    at.text_input(key="backbone.image_size").set_value("50")
    return at.run()


def all_frozen(world):
    at = world.open("backbone", draft=Draft(backbone=NET, phases=THREE))
    at.pills(key="backbone-phase1-stages").set_value([])
    return at.run()


STATES = {
    "as it begins": drafted(), "three phases": images,
    "one phase": drafted(backbone=BackboneSpec(name="resnet18", image_size=96), phases=LBFGS),
    "untrained": drafted(backbone=BackboneSpec(name="resnet18", weights="none"), phases=THREE[:2]),
    "untrained, all train": drafted(
        backbone=BackboneSpec(name="resnet18", weights="none"),
        phases=(Phase(stages=("stem", "layer1", "layer2", "layer3", "layer4", "head"), epochs=4),),
    ),
    "a file to name": kept({"backbone": NET, "phases": LBFGS}, **{"backbone-wants-file": True}),
    "a file that fits": own_file(True), "a file that does not": own_file(False), "a failed download": failed_download,
    "other phases were lost": kept({"backbone": NET}, **{"backbone-lost-phases": ("[a]", "resnet18")}),
    "phases of another": drafted(backbone=NET, phases=(Phase(stages=("block9",), epochs=1),)),
    "an unknown one": drafted(backbone=BackboneSpec(name="[x]")), "nothing found": searched("no such [thing]"),
    "found": searched("resnet 18"), "local ones": local, "a wrong size": wrong_size, "all frozen": all_frozen,
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("as it begins", "three phases")
)
