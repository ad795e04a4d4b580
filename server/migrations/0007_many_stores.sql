-- A server of many stores ends a hundred thousand runs a day: what is claimed, and what is forgotten, is found without
-- reading the others.

CREATE INDEX claimable_runs ON runs (id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX ended_runs ON runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX parked_records_by_run ON parked_records (run_id);
CREATE INDEX one_time_flags_by_run ON one_time_flags (run_id);
