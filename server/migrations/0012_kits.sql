-- Lines that an order brought along for another one, and those that are nothing but their parts.

ALTER TABLE picking_lines ADD COLUMN parent_line_id BIGINT NOT NULL DEFAULT 0;     -- 0 for a line of its own
ALTER TABLE picking_lines ADD COLUMN is_kit BIGINT NOT NULL DEFAULT 0 CHECK (is_kit IN (0, 1));
