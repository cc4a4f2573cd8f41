"""Folders beside the classes: bins, backups, and what programs leave."""
