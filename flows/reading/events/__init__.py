"""Event files, from bytes to scalars; nothing here knows of studies or folders."""
