-- How often something was due by the clock since it last succeeded: whoever relies on it is told when it is silent.

ALTER TABLE schedules ADD COLUMN unanswered BIGINT NOT NULL DEFAULT 0;
