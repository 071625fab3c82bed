"""The log root, read without trust: what lies below it, opened as regular files only."""
