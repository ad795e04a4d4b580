-- Of an order that was cancelled or refunded, a store gives back also what had left; and takes it again where the order
-- is opened again.

ALTER TABLE picking_lines ADD COLUMN given_back BIGINT NOT NULL DEFAULT 0;  -- units noted in counts.returned
