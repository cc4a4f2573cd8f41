"""Everything that a page shows, in order and word for word, as lines of text: a block or an element in each.

What differs by machine, version or moment is left out or replaced: addresses of media, the hashes in ids, folders.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from PIL import Image
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.testing.v1.element_tree import Dataframe, Table

from pages.ui.widgets.messages import literal

MOST_NUMBERS = 12  # of a line in a chart; the charts' own tests have all
MOST_ROWS = 8  # of a table; a digest stands for the others
_HASHES = re.compile(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b")  # of many files
_HASH = re.compile(r"\b[0-9a-f]{12}\b")  # of a file
_ID = re.compile(r"^\$\$ID-[0-9a-f]+-(.*)$", re.DOTALL)
_USUAL = {
    "elementType": "NATIVE", "wrap": True, "hideAnchor": True, "textAlignmentConfig.alignment": "LEFT",
    "allowEmpty": True, "flexContainer.gapConfig.gapSize": "SMALL", "flexContainer.direction": "VERTICAL",
    "flexContainer.justify": "JUSTIFY_START", "flexContainer.align": "ALIGN_START", "heightConfig.useContent": True,
    "widthConfig.useStretch": True, "form.enterToSubmit": True, "column.gapConfig.gapSize": "SMALL",
    "flexContainer.scale": 1.0, "default": "",
}  # fmt: skip
_HIDDEN = (
    "pageScriptHash", "formId", "arrowData", "elementHash", "bytes", "mixed", "htmlContent", "jsSourcePath",
    "cssSourcePath", "setValue", "hasOneShotEffect", "dataType", "hasMin", "hasMax", "maxVisiblePages", "rawValue",
    "acceptNewOptions",
)  # fmt: skip
_ROOTS = {0: "page", 1: "sidebar", 2: "messages"}
_sizes: dict[str, str] = {}  # of the images that were shown, by address


def keep_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call before a page is opened: what it sends is kept for `described`."""
    parse, add = local_script_runner.parse_tree_from_messages, MediaFileManager.add

    def parse_and_keep(messages: list[Any]) -> Any:
        tree = parse(messages)
        tree.kept_messages = list(messages)
        return tree

    def add_and_measure(self: MediaFileManager, content: Any, mimetype: str, *more: Any, **options: Any) -> str:
        address = add(self, content, mimetype, *more, **options)
        if mimetype in ("image/jpeg", "image/png") and isinstance(content, bytes):
            _sizes[address] = "{} × {} px".format(*Image.open(io.BytesIO(content)).size)
        return address

    monkeypatch.setattr(local_script_runner, "parse_tree_from_messages", parse_and_keep)
    monkeypatch.setattr(MediaFileManager, "add", add_and_measure)


def described(at: AppTest, places: Mapping[object, str] | None = None, *, sidebar: bool = False) -> str:
    """The lines of a page that was opened after `keep_messages`. `places`: folders with what stands for them.

    Of explanations a digest stands for what is in them.
    """
    assert not at.exception, at.exception
    shown: dict[tuple[int, ...], Any] = {}
    repeats = []
    for message in at._tree.kept_messages:
        if message.HasField("auto_rerun"):
            repeats.append(f"again every {message.auto_rerun.interval:g} s")
        if not message.HasField("delta") or message.delta.WhichOneof("type") not in ("new_element", "add_block"):
            continue
        path = tuple(message.metadata.delta_path)
        if message.delta.HasField("new_element"):  # replaces a block that stood there
            shown = {place: one for place, one in shown.items() if place[: len(path)] != path}
        shown[path] = message.delta
    page = _Page(shown, places or {})
    return "\n".join([line for root in ((0, 1, 2) if sidebar else (0, 2)) for line in page.lines((root,))] + repeats)


def shortened(text: str, whole: Mapping[str, str]) -> str:
    """The text, but of lines that stand in the same order in the likest of `whole` texts only their number."""
    lines = text.split("\n")
    matches = {name: SequenceMatcher(None, other.split("\n"), lines, False) for name, other in whole.items()}
    found = {name: one.get_matching_blocks() for name, one in matches.items()}
    name = max(found, key=lambda name: sum(block.size for block in found[name]), default="")
    short: list[str] = []
    done = 0
    for block in found.get(name, ()):
        short += lines[done : block.b]
        done = block.b + block.size
        same = lines[block.b : done]
        ends = " … ".join(" ".join(line.split()[:2]) for line in same[:: len(same) - 1]) if len(same) > 2 else ""
        short += [f"= {len(same)} lines as in '{name}': {ends}"] if ends else same
    return "\n".join([*short, *lines[done:]])


class _Page:
    """Blocks and elements by their place."""

    def __init__(self, shown: Mapping[tuple[int, ...], Any], places: Mapping[Any, str]):
        self._shown, self._places = shown, places

    def lines(self, path: tuple[int, ...]) -> Iterator[str]:
        """What stands in a block."""
        children = sorted(place for place in self._shown if len(place) == len(path) + 1 and place[: len(path)] == path)
        if len(path) == 1 and children and path[0]:
            yield f"{_ROOTS[path[0]]}:"
        for place in children:
            delta, indent = self._shown[place], "  " * (len(path) - 1 + bool(path[0]))
            if delta.HasField("new_element"):
                yield indent + same_everywhere(_element(delta.new_element), self._places)
                continue
            below = list(self.lines(place))
            block = indent + same_everywhere(_block(delta.add_block), self._places)
            if _is_explanation(delta.add_block):
                yield f"{block} {digest(chr(10).join(line.strip() for line in below))}"
                continue
            if below or delta.add_block.id:
                yield block
            yield from below


def same_everywhere(line: str, places: Mapping[Any, str]) -> str:
    """The line with names for folders, and without digests of files."""
    spelled = {str(place): name for place, name in places.items()}
    escaped = {literal(place).replace("\u2060", "·"): name for place, name in spelled.items()}
    spelled |= escaped | {_quoted(place): name for place, name in escaped.items()}
    line = _HASHES.sub("#", line.replace("\u2060", "·").replace("\r", ""))
    for spelling in sorted(spelled, key=len, reverse=True):
        line = line.replace(spelling, spelled[spelling])
    return line


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _is_explanation(block: Any) -> bool:
    return block.WhichOneof("type") == "popover" and block.popover.icon == ":material/help:"


def _block(block: Any) -> str:
    kind = block.WhichOneof("type") or "block"
    return _line(kind.removesuffix("_container"), dict(_flat(MessageToDict(block))))


def _element(element: Any) -> str:
    kind = element.WhichOneof("type")
    fields = dict(_flat(MessageToDict(element)))
    fields = {key.split(".", 1)[1] if _own(key, kind) else key: value for key, value in fields.items()}
    if kind in ("dataframe", "table"):
        fields["cells"] = _cells(element, kind)
    if kind == "html" and "<style>" in element.html.body:
        style, _, rest = element.html.body.rpartition("</style>")
        fields["body"] = f"style {digest(style)}{rest.strip()}"
    if kind == "bidi_component":
        for name in ("jsContent", "cssContent"):
            fields[name] = digest(str(fields.get(name, "")))
        if element.bidi_component.bytes:
            fields["chart"] = _chart(json.loads(element.bidi_component.bytes))
    return _line(kind, fields)


def _own(key: str, kind: str) -> bool:
    return key.split(".")[0].lower() == kind.replace("_", "")


def _line(kind: str, fields: dict[str, Any]) -> str:
    parts = [kind]
    for key, value in fields.items():
        name = key.rsplit(".", 1)[-1]
        if name in _HIDDEN or (key in _USUAL and _USUAL[key] == value):
            continue
        if name in ("id", "tableId") and isinstance(value, str):
            found = _ID.match(value)
            if found is None or found[1] == "None":
                continue
            parts.append(f"key={_HASH.sub(chr(35), found[1])}")
        elif name == "url":
            parts.append(_sizes.get(value, "an image"))
        elif key in ("cells", "chart"):
            parts.append("\n".join(["", *(f"    | {row}" for row in value)]))
        else:
            parts.append(f"{_short(key)}={_text(value)}")
    return " ".join(parts)


def _short(key: str) -> str:
    """The last part of a field's path, with the number before it if there is one."""
    *before, name = key.split(".")
    if before and before[-1].isdigit():
        return f"{before[-1]}.{name}"
    return {"remHeight": "height", "remWidth": "width"}.get(name, name)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return value if re.fullmatch(r"[\w:/.-]+", value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in fields.items():
        if key in _HIDDEN:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            if all(list(one) == ["content"] for one in value):
                yield f"{prefix}{key}", [one["content"] for one in value]
                continue
            for number, one in enumerate(value):
                yield from _flat(one, f"{prefix}{key}.{number}.")
        else:
            yield f"{prefix}{key}", value


def digest(text: str) -> str:
    """Eight letters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _cells(element: Any, kind: str) -> list[str]:
    frame = (Table if kind == "table" else Dataframe)(getattr(element, kind), None).value
    rows = frame.to_csv(float_format="%.6g", lineterminator="\n").rstrip("\n").split("\n")
    if len(rows) > MOST_ROWS:
        rows = [*rows[:MOST_ROWS], f"{len(rows) - MOST_ROWS} more {digest(chr(10).join(rows[MOST_ROWS:]))}"]
    return [re.sub(r"data:image/jpeg;base64,[\w+/=]+", "an image", row) for row in rows]


def _chart(figure: dict[str, Any]) -> list[str]:
    """A line for each trace, with its first numbers, and the titles."""
    lines = []
    for trace in figure["data"]:
        values = {key: _numbers(trace[key]) for key in ("x", "y", "z", "text") if key in trace}
        about = " ".join(f"{key}={value}" for key, value in values.items())
        lines.append(f"{trace['type']} {trace.get('name', '')!r} {about}")
    titles = [one["title"]["text"] for _, one in sorted(figure["layout"].items()) if _titled(one)]
    notes = [str(one.get("text")) for one in figure["layout"].get("annotations", ())]
    return [*lines, f"titles {titles} notes {notes}"]


def _titled(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("title"), dict) and bool(entry["title"].get("text"))


def _numbers(values: Any) -> str:
    if isinstance(values, dict):
        values = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    if not isinstance(values, list):
        return str(values)
    shown = [f"{one:.6g}" if isinstance(one, float) else _numbers(one) for one in values[:MOST_NUMBERS]]
    return "[" + ", ".join(shown) + (f", … {len(values)}" if len(values) > MOST_NUMBERS else "") + "]"
