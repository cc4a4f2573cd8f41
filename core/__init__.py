"""The engine: images, augmentation, backbones, training, evaluation. Nothing in it imports streamlit."""

from core.allocator import keep_freed_memory

keep_freed_memory()
