"""The tables: rows in, cells with their links out."""
