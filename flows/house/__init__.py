"""The house on disk: its versions, its lock, its published pages."""
