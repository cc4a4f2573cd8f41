"""What the page Train alone uses."""
