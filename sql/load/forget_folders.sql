-- Remove the folders in $folder_ids for good, with what was noticed about them; their facts are removed before.
-- grain: statements
-- reads: folders, findings, breaches
delete from findings
where folder in (select folder from folders where list_contains($folder_ids, folder_id));

delete from breaches
where folder in (select folder from folders where list_contains($folder_ids, folder_id));

delete from folders
where list_contains($folder_ids, folder_id);
