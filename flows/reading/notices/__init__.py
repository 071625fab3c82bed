"""What reading noticed: a code, an outcome, a sentence with its place."""
