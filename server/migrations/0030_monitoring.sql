-- The newest End of Day and reconciliation of all stores at once, without reading every run.

CREATE INDEX runs_that_compare ON runs (kind, store_id, id, state, ended_at, dry_run)
    WHERE kind IN ('END_OF_DAY', 'RECONCILIATION') AND dry_run = 0;
