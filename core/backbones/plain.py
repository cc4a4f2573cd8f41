"""Plain torchvision or timm code for a backbone, to use a trained model without Graft."""

from core.backbones.catalogue import Backbone


def plain_constructor(backbone: Backbone, n_classes: int, image_size: int) -> tuple[str, str]:
    """An import line and an expression that creates the same model as `core.backbones.architecture`, without weights.

    The state dict has the same names and shapes. `image_size` in px must be valid for the backbone. Imports no library
    itself.
    """
    options: dict[str, bool | int] = {"num_classes": n_classes}
    if backbone.library == "torchvision":
        options |= _torchvision_options(backbone, image_size)
        return "import torchvision", f"torchvision.models.{backbone.architecture}({_written(options)})"
    if backbone.family == "ViT":
        options["img_size"] = image_size
    return "import timm", f'timm.create_model("{backbone.architecture}", {_written(options)})'


def _torchvision_options(backbone: Backbone, image_size: int) -> dict[str, bool | int]:
    if backbone.family == "ViT":
        return {"image_size": image_size}
    if backbone.family == "Inception":
        # skip the initialisation, which takes half a minute and is overwritten by the weights
        return {"aux_logits": False, "transform_input": True, "init_weights": False}
    return {}


def _written(options: dict[str, bool | int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())
