"""A published warehouse, shared with readers on other machines."""
