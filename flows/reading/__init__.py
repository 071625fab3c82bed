"""From log folders to Parquet shards: what is new, whose it is, what was read."""
