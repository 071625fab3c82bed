"""Looks at a log root that nobody has described: what its paths, files, values seem to say."""
