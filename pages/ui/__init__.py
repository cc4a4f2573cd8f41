"""What the pages share. Importing any of it leaves torch alone, so that the first page does not wait."""
