"""Bytes of one format -> upright RGB pixels. One file per format or group of formats; `core.data.images` chooses.

Every reader has the signature `read(data: bytes, value_range: Range | None) -> DecodedImage`, raises `UnreadableImage`
for what it can name; any other exception means that the file is damaged.
"""
