"""The engine: images, augmentation, backbones, training, evaluation. Nothing in it imports streamlit."""
