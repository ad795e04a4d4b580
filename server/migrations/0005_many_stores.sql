-- A server of many stores ends a hundred thousand runs a day: what looks for a run finds it without reading the others.

CREATE INDEX open_runs ON runs (id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX open_runs_by_store ON runs (store_id, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX runs_by_kind ON runs (store_id, kind, id);
CREATE INDEX ended_runs ON runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX parked_records_by_run ON parked_records (run_id);
CREATE INDEX one_time_flags_by_run ON one_time_flags (run_id);
