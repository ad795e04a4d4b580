-- The trace that a run belongs to, from whoever asked for it to whoever does it.

ALTER TABLE runs ADD COLUMN trace_parent TEXT NOT NULL DEFAULT '';    -- W3C trace context
