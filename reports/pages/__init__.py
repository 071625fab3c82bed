"""The pages: which there are, which template each fills."""
