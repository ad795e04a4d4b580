-- What a count was put right with, as one value: drift is judged by what the store has sold, wherever the goods lie. It
-- takes the place of available, moved, for_nothing and meant, which the version before still writes.
ALTER TABLE counts ADD COLUMN baseline TEXT;            -- JSON: what it was told last, and what was sold by then
ALTER TABLE counts ADD COLUMN being_told TEXT;          -- JSON: what it is being told, until that is done
