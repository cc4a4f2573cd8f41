"""What an exported script has pasted in: it needs nothing of the app."""
