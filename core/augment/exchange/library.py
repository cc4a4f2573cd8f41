"""Build transforms of a file with the installed Albumentations and describe them. Takes seconds to import."""

import inspect
import warnings
from typing import Any

import albumentations as A

from core.augment import builders
from core.augment.exchange.params import Arguments
from core.augment.exchange.refused import UnknownArguments

# arguments that only concern masks, boxes and key points, which Graft does not have
_FOR_OTHERS = {"mask_interpolation", "fill_mask", "keypoint_remapping_method", "rotate_method", "mask_drop_value"}


def class_name(config: Arguments) -> str:
    full = str(config["__class_fullname__"])
    return full.rsplit(".", 1)[-1] if full.startswith("albumentations.") else full


def probability(config: Arguments) -> Any:
    """The probability of a transform: from the file, else the default of the library's class."""
    if config.get("always_apply") is True:  # of versions before 2
        return 1.0
    if config.get("p") is not None:
        return config["p"]
    built = getattr(A, class_name(config), None) if class_name(config).isidentifier() else None
    default = inspect.signature(built.__init__).parameters.get("p") if inspect.isclass(built) else None
    return 0.5 if default is None or default.default is inspect.Parameter.empty else default.default


def known_arguments(name: str) -> dict[str, bool]:
    """The arguments of a library class and whether each may be null; empty if there is no such class."""
    if not name.isidentifier() or not inspect.isclass(getattr(A, name, None)):
        return {}
    parameters = inspect.signature(_class(name).__init__).parameters
    return {key: one.default is None or "None" in str(one.annotation) for key, one in parameters.items() if key != "p"}


def requested_arguments(name: str, kind: str, config: Arguments) -> Arguments:
    """The arguments in a file for class `name`, normalized as arguments of `kind`, of which `name` is an alias."""
    arguments = _arguments(name, config)
    if name != kind:
        built = _build(name, arguments)
        own = inspect.signature(_class(kind).__init__).parameters.keys() - {"self", "p", "strict"}
        arguments = {key: getattr(built, key) for key in own if hasattr(built, key)}
    return normalized(kind, arguments)


def normalized(name: str, arguments: Arguments) -> Arguments:
    """All arguments of a transform, defaults included, in a form that can be compared."""
    built = A.to_dict(_build(name, arguments))["transform"]
    arguments = {key: _as_tuples(value) for key, value in built.items() if key not in _FOR_OTHERS}
    if "translate_px" in arguments and arguments["translate_px"] == {"x": (0, 0), "y": (0, 0)}:
        arguments |= {"translate_px": None, "translate_percent": {"x": (0, 0), "y": (0, 0)}}
    if "keep_ratio" in arguments and arguments.get("scale") == {"x": (1, 1), "y": (1, 1)}:
        arguments["keep_ratio"] = False  # no scaling, so it has no effect
    if arguments.get("border_mode") not in (None, 0):
        arguments.pop("fill", None)  # the border is not filled, so it has no effect
    if isinstance(arguments.get("fill"), tuple) and len(set(arguments["fill"])) == 1:
        arguments["fill"] = arguments["fill"][0]
    return arguments


def rounded(value: Any) -> Any:
    """Round floats, so that rounding errors do not count as differences."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(rounded(one) for one in value)
    return round(value, 6) if isinstance(value, float) else value


def first_number(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


def _arguments(name: str, config: Arguments) -> Arguments:
    """The arguments that the library's class accepts. Raises `UnknownArguments` for unknown ones."""
    rest = config
    known = set(inspect.signature(_class(name).__init__).parameters)
    # the library saves some derived attributes that constructors do not accept
    derived = set(A.to_dict(_build(name, {}))["transform"]) - known if rest.keys() - known else set()
    unknown = sorted(rest.keys() - known - derived)
    if unknown:
        raise UnknownArguments({key: rest[key] for key in unknown})
    return {key: value for key, value in rest.items() if key in known}


def _class(name: str) -> Any:
    return getattr(A, name)  # a name of the catalogue, see `candidates`


def _build(name: str, arguments: Arguments) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mistakes show up in the comparison
        return builders.make(builders.Call(name, arguments))


def _as_tuples(value: Any) -> Any:
    """Lists as tuples, recursively."""
    if isinstance(value, dict):
        return {key: _as_tuples(one) for key, one in value.items()}
    return tuple(_as_tuples(one) for one in value) if isinstance(value, list | tuple) else value
