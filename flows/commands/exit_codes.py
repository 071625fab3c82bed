"""What a command's exit code says."""

FAILED, USAGE, HELD = 1, 2, 3
