"""The charts: rows in, Altair specifications out."""
