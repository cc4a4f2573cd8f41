"""Images with several labels: what lies in several class folders has the labels of all of them."""

from collections import defaultdict
from dataclasses import replace

from core.data.dataset import Dataset, Item, LeftOut
from core.wording import as_reading


def with_labels_of_copies(dataset: Dataset) -> Dataset:
    """A multi-label data set in which images with equal pixels have the labels of all their copies, and count once in
    each part, under the first one's name; the other copies are named among what was left out."""
    labels: dict[tuple[str, str], set[int]] = defaultdict(set)
    for item in dataset.items:
        labels[item.digest, item.finer].update(item.classes)
    kept, left_out = [], []
    firsts: dict[tuple[str, str, str | None], Item] = {}
    for item in dataset.items:
        first = firsts.setdefault((item.digest, item.finer, item.part), item)
        if first is item:
            kept.append(replace(item, labels=tuple(sorted(labels[item.digest, item.finer]))))
        else:
            left_out.append(
                LeftOut(
                    item.name, f"Shows the same image as {first.name}, which has the labels of both and counts once."
                )
            )
    several = sum(len(item.classes) > 1 for item in kept)
    number = "1 image does" if several == 1 else f"{several:,} images do" if several else "no image does"
    note = (
        "Read as several labels per image: an image that lies in several class folders, the same pixel by pixel, has "
        f"the labels of all of them; {number}."
    )
    if not dataset.made_here:
        note += f" For one class per image: {as_reading(task='classification')}."
    return replace(dataset, items=tuple(kept), left_out=(*dataset.left_out, *left_out), notes=(*dataset.notes, note))
