"""What the installed Albumentations makes of a transform of a file. Takes seconds to import."""

import inspect
import warnings
from typing import Any

import albumentations as A

from core.augment import builders
from core.augment.exchange.params import Arguments
from core.augment.exchange.refused import UnknownArguments

# what only counts for masks, boxes and key points, of which there are none
_FOR_OTHERS = {"mask_interpolation", "fill_mask", "keypoint_remapping_method", "rotate_method", "mask_drop_value"}


def class_name(given: Arguments) -> str:
    full = str(given["__class_fullname__"])
    return full.rsplit(".", 1)[-1] if full.startswith("albumentations.") else full


def probability(given: Arguments) -> Any:
    """How often a transform is applied: as the file says, otherwise as the library's class does."""
    if given.get("always_apply") is True:  # of versions before 2
        return 1.0
    if given.get("p") is not None:
        return given["p"]
    made = getattr(A, class_name(given), None) if class_name(given).isidentifier() else None
    default = inspect.signature(made.__init__).parameters.get("p") if inspect.isclass(made) else None
    return 0.5 if default is None or default.default is inspect.Parameter.empty else default.default


def known_arguments(name: str) -> dict[str, bool]:
    """The arguments of a class of the library, and whether each may be null; empty for what is none."""
    if not name.isidentifier() or not inspect.isclass(getattr(A, name, None)):
        return {}
    parameters = inspect.signature(_class(name).__init__).parameters
    return {key: one.default is None or "None" in str(one.annotation) for key, one in parameters.items() if key != "p"}


def wanted(name: str, kind: str, given: Arguments) -> Arguments:
    """What a file asks for, described as the class `kind`, of which the class `name` is another name."""
    arguments = _arguments(name, given)
    if name != kind:
        made = _made(name, arguments)
        own = inspect.signature(_class(kind).__init__).parameters.keys() - {"self", "p", "strict"}
        arguments = {key: getattr(made, key) for key in own if hasattr(made, key)}
    return described(kind, arguments)


def described(name: str, arguments: Arguments) -> Arguments:
    """All arguments of a transform as the library understands them, in a form that can be compared."""
    made = A.to_dict(_made(name, arguments))["transform"]
    found = {key: _listed(value) for key, value in made.items() if key not in _FOR_OTHERS}
    if "translate_px" in found and found["translate_px"] == {"x": (0, 0), "y": (0, 0)}:
        found |= {"translate_px": None, "translate_percent": {"x": (0, 0), "y": (0, 0)}}
    if "keep_ratio" in found and found.get("scale") == {"x": (1, 1), "y": (1, 1)}:
        found["keep_ratio"] = False  # nothing is zoomed
    if found.get("border_mode") not in (None, 0):
        found.pop("fill", None)  # nothing is filled
    if isinstance(found.get("fill"), tuple) and len(set(found["fill"])) == 1:
        found["fill"] = found["fill"][0]
    return found


def rounded(value: Any) -> Any:
    """Without the last digits that arithmetic left."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(rounded(one) for one in value)
    return round(value, 6) if isinstance(value, float) else value


def as_number(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


def _arguments(name: str, given: Arguments) -> Arguments:
    """The library's arguments of a file's transform. Raises `UnknownArguments` for those that the class has not."""
    rest = given
    known = set(inspect.signature(_class(name).__init__).parameters)
    # the library writes what some classes derive, but does not take it back
    derived = set(A.to_dict(_made(name, {}))["transform"]) - known if rest.keys() - known else set()
    unknown = sorted(rest.keys() - known - derived)
    if unknown:
        raise UnknownArguments({key: rest[key] for key in unknown})
    return {key: value for key, value in rest.items() if key in known}


def _class(name: str) -> Any:
    return getattr(A, name)  # a name of the catalogue, see `candidates`


def _made(name: str, arguments: Arguments) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong is told by the comparison
        return builders.make(builders.Call(name, arguments))


def _listed(value: Any) -> Any:
    """Ranges as tuples, wherever they came from."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return tuple(_listed(one) for one in value) if isinstance(value, list | tuple) else value
