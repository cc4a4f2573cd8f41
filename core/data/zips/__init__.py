"""Zips from anywhere: what they call their entries, what is refused, and how they are unpacked."""
