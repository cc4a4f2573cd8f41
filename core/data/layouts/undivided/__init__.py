"""What a data set says of its parts and what is not used: columns, names of files and folders, lists beside them."""
