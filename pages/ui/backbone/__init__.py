"""What the page Backbone alone uses."""
