"""Result files, from bytes to rows of text; nothing here knows of studies or folders."""
