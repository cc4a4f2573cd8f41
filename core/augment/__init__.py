"""The only room that imports albumentations: catalogue, pipeline, presets."""
