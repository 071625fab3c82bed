"""The verbs of a night: what happens, in which order."""
