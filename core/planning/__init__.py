"""Experiments that nobody has to write down, and what the phases of one may become."""
