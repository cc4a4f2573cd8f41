"""Folders in folders: which level holds the classes, and folders read alone or left out."""
