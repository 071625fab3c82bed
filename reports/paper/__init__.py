"""What a paper takes from a study: its figures, its tables, their captions."""
