"""The engine from a script, for `core.train` and its siblings."""
