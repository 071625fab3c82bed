"""The points of event files: which series each belongs to, which of them count."""
