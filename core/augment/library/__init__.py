"""The catalogue's entries that are Albumentations' own transforms."""
