"""Which effects a two-level design cannot tell apart, in exact arithmetic."""
