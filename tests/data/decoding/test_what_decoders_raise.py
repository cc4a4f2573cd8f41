"""What a decoder gets, and what becomes of what it raises."""

import pytest
from PIL import Image, UnidentifiedImageError

from core.data import images
from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.test_images import png_of


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "There is not enough memory to decode it. Make the image smaller."),
        (UnreadableImage("It is odd."), "It is odd."),
        (OSError("codec not supported"), "It is an uncommon kind of PNG (codec not supported)"),
        (NotImplementedError("x"), "It is an uncommon kind of PNG (x)"),
        (Image.DecompressionBombError("x"), "more than twice Pillow's limit"),
        (KeyError("secret"), "its structure makes no sense"),
        (ValueError("Unsupported depth"), "It is an uncommon kind of PNG (Unsupported depth)"),
        (RuntimeError("not Implemented yet"), "It is an uncommon kind of PNG (not Implemented yet)"),
        (SyntaxError("unknown tag"), "It is an uncommon kind of PNG (unknown tag)"),
        (EOFError("cannot handle it"), "It is an uncommon kind of PNG (cannot handle it)"),
        (ValueError("bad rows"), "bad rows"),
        (UnidentifiedImageError("at 0x7f"), "its header cannot be read"),
    ],
)
def test_what_a_decoder_raises_is_told_in_words(monkeypatch, error, says):
    def reader(data, value_range):
        raise error

    monkeypatch.setitem(images._READERS, "PNG", reader)
    with pytest.raises(UnreadableImage) as told:
        decode(png_of(8, 8))
    assert says in str(told.value)


def test_the_range_of_values_reaches_the_decoder(monkeypatch):
    given = []
    monkeypatch.setitem(images._READERS, "PNG", lambda data, value_range: given.append((data, value_range)))
    content = png_of(8, 8)
    decode(content, (3.0, 5.0))
    decode(content)
    assert given == [(content, (3.0, 5.0)), (content, None)]
