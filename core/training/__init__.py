"""Phases, optimisation, the loop, checkpoints and events."""
