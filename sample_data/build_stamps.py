"""Rebuild `sample_data/stamps` from the photographs of Debian's package tuxpaint-stamps-default.

    python sample_data/build_stamps.py /usr/share/tuxpaint/stamps FOLDER

Takes the PNG photographs that lie directly in five of its folders (drawings lie in subfolders and as SVG), puts them on
white and shrinks them to at most 256 px. The same package and the same Pillow give the same bytes.
"""

import argparse
from pathlib import Path

from PIL import Image

LONGEST_SIDE = 256  # px
FOLDERS = {
    "bird": "animals/birds",
    "cattle": "animals/mammals/bovines",
    "flower": "plants/flowers",
    "fruit": "food/fruit",
    "vegetable": "food/vegetables",
}


def stamp(path: Path) -> Image.Image:
    """One photograph as RGB on white, its longer side at most `LONGEST_SIDE`."""
    with Image.open(path) as photograph:
        layer = photograph.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", layer.size, (255, 255, 255, 255)), layer).convert("RGB")
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return flat


def main() -> None:
    """Write the photographs as JPEG into class folders below the given folder, and say how many."""
    parser = argparse.ArgumentParser(description="Rebuild the sample data set of photographs.")
    parser.add_argument("stamps", type=Path, help="the package's stamps folder")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    for name, source in FOLDERS.items():
        target = arguments.folder / name
        target.mkdir(parents=True, exist_ok=True)
        for photograph in sorted((arguments.stamps / source).glob("*.png")):
            stamp(photograph).save(target / f"{photograph.stem.lower()}.jpg", quality=88, optimize=True)


if __name__ == "__main__":
    main()
