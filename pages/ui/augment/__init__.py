"""What the page Augment alone uses."""
