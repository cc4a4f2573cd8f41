"""What the page Predict alone uses."""
