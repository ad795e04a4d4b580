-- Syncs: how far each kind of data has been read, and what the warehouse is asked to pick.

ALTER TABLE parked_records RENAME COLUMN product_id TO record_id;   -- of a product or of an order
ALTER TABLE parked_records RENAME COLUMN variant_id TO part_id;     -- of a variant or of a consignment

CREATE TABLE cursors (                  -- on the store's clock; without a row the next sync reads everything
    store_id     BIGINT NOT NULL REFERENCES stores (id),
    phase        TEXT NOT NULL,
    since        BIGINT NOT NULL,       -- changes from this instant on are still to be read
    completed_at BIGINT,                -- when a sync was complete last, by this server's clock, for people
    PRIMARY KEY (store_id, phase)
);

CREATE TABLE schedules (                -- when a kind of run is due next by the clock; no row where it is switched off
    store_id BIGINT NOT NULL REFERENCES stores (id),
    kind     TEXT NOT NULL,
    due_at   BIGINT NOT NULL,
    PRIMARY KEY (store_id, kind)
);
CREATE INDEX schedules_by_due ON schedules (kind, due_at);

CREATE TABLE picking_orders (
    id              BIGINT PRIMARY KEY,
    division_id     BIGINT NOT NULL REFERENCES divisions (id),
    number          TEXT NOT NULL,
    number_key      TEXT NOT NULL,
    store_id        BIGINT NOT NULL REFERENCES stores (id),
    order_id        BIGINT NOT NULL,
    consignment_id  BIGINT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('OPEN', 'ON_HOLD', 'CLOSED', 'CANCELLED')),
    problem         TEXT NOT NULL,      -- why it is on hold or was cancelled, in words; empty otherwise
    store_status_id BIGINT NOT NULL,
    customer        TEXT NOT NULL,
    email           TEXT NOT NULL,
    ship_to         TEXT NOT NULL,      -- lines of an address; empty for a pickup
    method          TEXT NOT NULL,
    ordered_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    by_hand         BIGINT NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)),   -- closed or cancelled by a person
    UNIQUE (division_id, number_key),
    UNIQUE (store_id, order_id, consignment_id)         -- an order is imported once, whatever happens
);

CREATE TABLE picking_lines (
    picking_order_id BIGINT NOT NULL REFERENCES picking_orders (id),
    line_id          BIGINT NOT NULL,   -- the line's id in BigCommerce
    item_id          BIGINT REFERENCES items (id),      -- none while the product has no item
    product_id       BIGINT NOT NULL,
    variant_id       BIGINT NOT NULL,
    name             TEXT NOT NULL,
    sku              TEXT NOT NULL,
    ordered          BIGINT NOT NULL CHECK (ordered >= 0),
    picked           BIGINT NOT NULL CHECK (picked BETWEEN 0 AND ordered),
    PRIMARY KEY (picking_order_id, line_id)
) /* rows by key */;
CREATE INDEX picking_lines_by_item ON picking_lines (item_id);

CREATE TABLE picks (                    -- the history of what was taken from where
    id               BIGINT PRIMARY KEY,
    picking_order_id BIGINT NOT NULL REFERENCES picking_orders (id),
    line_id          BIGINT NOT NULL,
    item_id          BIGINT NOT NULL REFERENCES items (id),
    location_id      BIGINT NOT NULL REFERENCES locations (id),
    units            BIGINT NOT NULL CHECK (units > 0),
    actor            TEXT NOT NULL,
    request_id       TEXT NOT NULL UNIQUE,              -- a repeated request picks once
    at               BIGINT NOT NULL
);
CREATE INDEX picks_by_order ON picks (picking_order_id);

CREATE TABLE shipments (                -- the outbox: what is owed to the store, written down before it is sent
    id                BIGINT PRIMARY KEY,
    store_id          BIGINT NOT NULL REFERENCES stores (id),
    picking_order_id  BIGINT NOT NULL REFERENCES picking_orders (id),
    provider          TEXT NOT NULL,
    tracking_number   TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('OWED', 'TRIED', 'SENT', 'REFUSED')),
    known             TEXT NOT NULL DEFAULT '',         -- JSON: shipments the order had before the last attempt
    tried_at          BIGINT,
    tries             BIGINT NOT NULL DEFAULT 0,
    store_shipment_id BIGINT,
    problem           TEXT NOT NULL DEFAULT '',
    actor             TEXT NOT NULL,
    request_id        TEXT NOT NULL UNIQUE,             -- a repeated request ships once
    asked_at          BIGINT NOT NULL,
    UNIQUE (store_id, store_shipment_id)                -- one shipment of the store is one of ours
);
CREATE INDEX shipments_by_order ON shipments (picking_order_id);
CREATE INDEX shipments_owed ON shipments (store_id, id) WHERE state IN ('OWED', 'TRIED');

CREATE TABLE order_states (             -- the outbox of statuses: what orders of the store are to be set to
    store_id BIGINT NOT NULL REFERENCES stores (id),
    order_id BIGINT NOT NULL,
    wanted   TEXT NOT NULL CHECK (wanted IN ('SHIPPED', 'COMPLETED')),
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, order_id)    -- setting a status again changes nothing more
);

CREATE TABLE shipment_lines (
    shipment_id BIGINT NOT NULL REFERENCES shipments (id),
    line_id     BIGINT NOT NULL,
    units       BIGINT NOT NULL CHECK (units > 0),
    PRIMARY KEY (shipment_id, line_id)
) /* rows by key */;
