"""The commands that show what a house holds."""
