"""What the page Results alone uses."""
