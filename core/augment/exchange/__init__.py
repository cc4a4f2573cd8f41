"""Pipelines as text: Graft's own, and Albumentations' of any version."""
