"""The only room that imports torchvision.models and timm: catalogue, weights, stages."""
