"""The promises about the data, each with a code and a severity."""
