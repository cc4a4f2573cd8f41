"""The store, the artifacts of a run, and executing a run into them."""
