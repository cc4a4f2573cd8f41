"""Pretrained weights: bundled, downloaded or from a file, and how they are fitted to a model."""
