"""Cells of text: the moment, number or quantity that each means."""
