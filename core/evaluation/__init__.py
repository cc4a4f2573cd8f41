"""What a trained model does: scores with intervals, confusions, mistakes, predictions."""
