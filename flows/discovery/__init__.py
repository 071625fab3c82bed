"""What lies below a log root: which folders, files, tables studies claim, which of them are new."""
