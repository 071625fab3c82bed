"""Published data sets beside what doehouse makes of them."""
