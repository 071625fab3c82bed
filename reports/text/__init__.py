"""How numbers, names, file names are written on pages."""
