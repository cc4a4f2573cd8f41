"""Questions where a folder can be read in several ways: by the names of folders, of files, or by tables."""
