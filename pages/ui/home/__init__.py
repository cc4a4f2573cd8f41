"""What the page Home alone uses."""
