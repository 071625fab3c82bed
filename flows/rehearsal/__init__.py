"""Shows what a night would claim for a study, without making it."""
