-- A clock that was ahead for a while does not have the last word on when something is due.
ALTER TABLE schedules ADD COLUMN set_at BIGINT NOT NULL DEFAULT 0;      -- when due_at was worked out
CREATE INDEX schedules_by_set ON schedules (set_at);
-- What succeeded is not overdue because a person has set its cursor back.
ALTER TABLE schedules ADD COLUMN answered_at BIGINT;                    -- when a run of this kind succeeded last
