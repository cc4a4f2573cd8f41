"""Which labels a table gives an image: the column, and lists of labels in it."""
