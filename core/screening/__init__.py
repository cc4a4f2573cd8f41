"""What can be known before training, from features alone."""
