"""Words of many languages for parts of data sets, images without labels, and groups of images."""
