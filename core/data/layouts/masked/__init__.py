"""Masks and pairs: files and folders that belong to images and are none of a class."""
