"""The user interface: read widgets, call the engine once, render."""
