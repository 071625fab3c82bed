"""The pages and charts: data frames in, HTML out."""
