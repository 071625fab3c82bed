"""Copies of a house elsewhere."""
