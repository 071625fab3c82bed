"""The sentences: what the numbers of a fit come to."""
