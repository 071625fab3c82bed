-- The files in the shards $files that were read on: what was read of them before stays, under their key.
-- grain: file
-- reads: files
select files.file_id
from files
semi join read_parquet($files) as shard on shard.file_id = files.file_id;
