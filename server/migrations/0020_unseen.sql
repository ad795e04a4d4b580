-- What drift is compared with: from here on the store's count must move as what is available moves, but for what it
-- cannot know of.

ALTER TABLE counts ADD COLUMN moved BIGINT NOT NULL DEFAULT 0;      -- units moved unseen by the store, by then
ALTER TABLE counts ADD COLUMN for_nothing BIGINT NOT NULL DEFAULT 0;    -- units picked for nothing, by then
ALTER TABLE counts ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;       -- units of ended orders it never gave back
ALTER TABLE counts ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;   -- units of ended orders it gave back though they had left
ALTER TABLE counts ADD COLUMN meant TEXT;                           -- JSON: what it is being told, until that is done
ALTER TABLE picking_lines ADD COLUMN shipped_before BIGINT NOT NULL DEFAULT 0;  -- units that had left before it was made
CREATE INDEX picks_by_item ON picks (item_id);
