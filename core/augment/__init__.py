"""The only package that imports albumentations: catalogue, pipeline, presets."""
