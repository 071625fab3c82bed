"""The numbers: models fitted, effects tested, residuals looked at."""
