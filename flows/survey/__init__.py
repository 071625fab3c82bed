"""Looks at a log root that nobody has described: what its paths, files and values seem to say."""
