"""Images in: sources, safe decoding, splits, audit."""
