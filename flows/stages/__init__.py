"""The stages of a night, one file each, with what passes between them."""
