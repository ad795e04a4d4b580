-- What the store says has been sent, as it was when its lines were read: it tells which shipments it counts already.

ALTER TABLE open_order_lines ADD COLUMN shipped BIGINT NOT NULL DEFAULT 0;
