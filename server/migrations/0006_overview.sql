-- What a glance at a store counts, each from an index alone; and what the store says of its own stock.

ALTER TABLE picks ADD COLUMN store_id BIGINT REFERENCES stores (id);
UPDATE picks SET store_id = (SELECT store_id FROM picking_orders WHERE picking_orders.id = picking_order_id);
CREATE INDEX picks_by_day ON picks (store_id, at, units);
CREATE INDEX shipments_by_day ON shipments (store_id, state, tried_at);

ALTER TABLE stores ADD COLUMN deducts_when_placed BIGINT;   -- whether its count is lowered when an order is placed

DROP INDEX picking_orders_by_date;      -- those of one state are chosen without reading the rows
CREATE INDEX picking_orders_by_date ON picking_orders (division_id, store_id, ordered_at, id, state);
DROP INDEX picking_orders_by_order;
CREATE INDEX picking_orders_by_order ON picking_orders (division_id, store_id, order_id, id, state);
