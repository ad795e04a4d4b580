-- Lists that people sort, search and scroll through. What a list is searched in stands in one index with what it is
-- sorted by, so that neither reads the rows themselves.

ALTER TABLE items ADD COLUMN name_key TEXT NOT NULL DEFAULT '';             -- the beginning of the name, folded
UPDATE items SET name_key = LOWER(SUBSTR(name, 1, 200));
CREATE INDEX items_by_name ON items (division_id, name_key, id, number_key);

ALTER TABLE picking_orders ADD COLUMN customer_key TEXT NOT NULL DEFAULT '';
UPDATE picking_orders SET customer_key = LOWER(SUBSTR(customer, 1, 200));
CREATE INDEX picking_orders_by_customer ON picking_orders (division_id, store_id, customer_key, id, number_key, state,
    ordered_at, order_id);
CREATE INDEX picking_orders_by_date ON picking_orders (division_id, store_id, ordered_at, id);
CREATE INDEX picking_orders_by_order ON picking_orders (division_id, store_id, order_id, id);
CREATE INDEX picking_orders_by_state ON picking_orders (division_id, store_id, state DESC, id);

ALTER TABLE customers ADD COLUMN company_key TEXT NOT NULL DEFAULT '';
UPDATE customers SET company_key = LOWER(SUBSTR(company, 1, 200)), name_key = SUBSTR(name_key, 1, 200);
DROP INDEX customers_by_name;
CREATE INDEX customers_by_name ON customers (division_id, store_id, name_key, id, email_key, company_key);
CREATE INDEX customers_sorted_by_email ON customers (division_id, store_id, email_key, id);

CREATE INDEX runs_by_kind ON runs (store_id, kind, id);
CREATE INDEX parked_records_by_reason ON parked_records (store_id, reason, id);
CREATE INDEX open_runs ON runs (store_id, id) WHERE state IN ('QUEUED', 'RUNNING');
