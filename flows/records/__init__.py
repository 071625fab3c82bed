"""What a house says of its nights: their outcome, their log, their history."""
