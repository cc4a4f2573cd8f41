"""How images are distributed over train, validation and test, for one or several labels per image."""
