-- Customers, what changed in a division, and what people decide about parked records.

CREATE TABLE customers (
    id                BIGINT PRIMARY KEY,
    division_id       BIGINT NOT NULL REFERENCES divisions (id),
    store_id          BIGINT NOT NULL REFERENCES stores (id),
    store_customer_id BIGINT NOT NULL,  -- 0 for a guest
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL,
    company           TEXT NOT NULL,
    email             TEXT NOT NULL,
    email_key         TEXT NOT NULL,    -- empty for the one customer that stands for all guests
    phone             TEXT NOT NULL,
    address           TEXT NOT NULL     -- lines of the first address
);
CREATE UNIQUE INDEX customers_of_store ON customers (store_id, store_customer_id) WHERE store_customer_id > 0;
CREATE UNIQUE INDEX guests_of_store ON customers (store_id, email_key) WHERE store_customer_id = 0;
CREATE INDEX customers_by_name ON customers (division_id, name_key);
CREATE INDEX customers_by_email ON customers (store_id, email_key);

ALTER TABLE picking_orders ADD COLUMN customer_id BIGINT REFERENCES customers (id);

ALTER TABLE divisions ADD COLUMN change_number BIGINT NOT NULL DEFAULT 0;

CREATE TABLE changes (                  -- who changed what; numbered without gaps in each division
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    store_id    BIGINT REFERENCES stores (id),      -- whose business it is; none for the division's own
    run_id      BIGINT,
    kind        TEXT NOT NULL,
    record      TEXT NOT NULL,
    record_key  TEXT NOT NULL,
    field       TEXT NOT NULL,
    old_value   TEXT NOT NULL,
    new_value   TEXT NOT NULL,
    PRIMARY KEY (division_id, number)
) /* rows by key */;
CREATE INDEX changes_by_record ON changes (division_id, record_key, number);

CREATE TABLE resolutions (              -- what a person decided about a record that was parked
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    kind       TEXT NOT NULL,
    record_id  BIGINT NOT NULL,
    part_id    BIGINT NOT NULL,
    resolution TEXT NOT NULL CHECK (resolution IN ('LINK', 'NUMBER', 'SKIP')),
    value      TEXT NOT NULL,           -- an item's number; of what is skipped, the reason and its particulars
    actor      TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (store_id, kind, record_id, part_id)
);

ALTER TABLE bindings ADD COLUMN orphaned_at BIGINT;     -- when the variant was found to be gone from the store
