"""The only package that imports torchvision.models and timm: catalogue, weights, stages."""
