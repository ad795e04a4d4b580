-- A database that was restored knows of no pick and no count since its backup: nothing is told to a store before a
-- person has looked.
ALTER TABLE stores ADD COLUMN restored_to BIGINT;       -- when the backup was made; none once a person has looked
-- What was due while a store had left is not overdue once it is back.
ALTER TABLE stores ADD COLUMN granted_at BIGINT;        -- since when it has a grant again; none where it had one always
