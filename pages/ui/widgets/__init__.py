"""Pieces that any page may draw with."""
