"""Published data sets, and what doehouse makes of them."""
