"""Boxes and outlines in tables: what detection exports hold where others hold labels."""
