-- One text for SQLite and PostgreSQL: TEXT and BIGINT only. Instants are milliseconds since 1970 UTC, money and
-- weights ten-thousandths, yes/no 0 or 1. `*_key` columns hold text folded by the server (trimmed, lower case).
-- A table marked "rows by key" has no other order, where the engine leaves the choice.

CREATE TABLE facts (                    -- what is true of this database as a whole
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE sequences (                -- next free number of a table, taken in blocks where servers share the database
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE stores (
    id             BIGINT PRIMARY KEY,
    hash           TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    domain         TEXT NOT NULL,
    time_zone      TEXT NOT NULL,
    currency       TEXT NOT NULL,
    standard       BIGINT NOT NULL CHECK (standard IN (0, 1)),
    manual_sync    BIGINT NOT NULL CHECK (manual_sync IN (0, 1)),
    state          TEXT NOT NULL CHECK (state IN ('CONNECTED', 'REFUSED')),
    missing_scopes TEXT NOT NULL,
    sealed_token   TEXT NOT NULL,       -- encrypted with the store's hash as associated data
    event_number   BIGINT NOT NULL DEFAULT 0,
    connected_at   BIGINT NOT NULL
);

CREATE TABLE keys (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('ADMIN', 'OPERATOR', 'MONITOR', 'MONITOR_ALL')),
    store_id    BIGINT REFERENCES stores (id),
    label       TEXT NOT NULL,
    secret_hash TEXT NOT NULL,          -- SHA-256 of the secret, hexadecimal
    issued_at   BIGINT NOT NULL,
    revoked_at  BIGINT,
    CHECK ((kind IN ('OPERATOR', 'MONITOR')) = (store_id IS NOT NULL))
);
CREATE INDEX keys_by_store ON keys (store_id);

CREATE TABLE configurations (           -- every revision is kept; the newest is in force
    store_id BIGINT NOT NULL REFERENCES stores (id),
    revision BIGINT NOT NULL,
    body     TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    PRIMARY KEY (store_id, revision)    -- two saves of one revision cannot both succeed
);

CREATE TABLE audit (
    id        BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    store_id  BIGINT REFERENCES stores (id),
    action    TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL
);

CREATE TABLE requests (                 -- answers to requests that may be repeated
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    request_id TEXT NOT NULL,
    method     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (store_id, method, request_id)
);

CREATE TABLE runs (
    id                     BIGINT PRIMARY KEY,
    store_id               BIGINT NOT NULL REFERENCES stores (id),
    kind                   TEXT NOT NULL,
    dry_run                BIGINT NOT NULL CHECK (dry_run IN (0, 1)),
    state                  TEXT NOT NULL
        CHECK (state IN ('QUEUED', 'RUNNING', 'COMPLETE', 'COMPLETE_WITH_PARKED', 'FAILED', 'HELD')),
    asked_by               TEXT NOT NULL,
    asked_at               BIGINT NOT NULL,
    began_at               BIGINT,
    ended_at               BIGINT,
    configuration_revision BIGINT NOT NULL,
    store_started_at       BIGINT,      -- the store's clock at the first claim: where the cursor starts
    problem                TEXT NOT NULL DEFAULT '',
    resumptions            BIGINT NOT NULL DEFAULT 0,
    lease_token            BIGINT,
    lease_until            BIGINT
);
CREATE UNIQUE INDEX one_running_run_per_store ON runs (store_id) WHERE state = 'RUNNING';
CREATE UNIQUE INDEX one_queued_run_per_kind ON runs (store_id, kind, dry_run) WHERE state = 'QUEUED';
CREATE UNIQUE INDEX one_open_import_per_store ON runs (store_id, kind, dry_run)
    WHERE kind IN ('IMPORT', 'IMPORT_INVENTORY') AND state IN ('QUEUED', 'RUNNING');
CREATE INDEX runs_by_store ON runs (store_id, id);

CREATE TABLE phases (
    run_id    BIGINT NOT NULL REFERENCES runs (id),
    position  BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'ALREADY_DONE')),
    cursor    TEXT NOT NULL DEFAULT '', -- JSON; how far the kind of data has been read
    created   BIGINT NOT NULL DEFAULT 0,
    updated   BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    skipped   BIGINT NOT NULL DEFAULT 0,
    parked    BIGINT NOT NULL DEFAULT 0,
    expected  BIGINT NOT NULL DEFAULT 0,
    began_at  BIGINT,
    ended_at  BIGINT,
    PRIMARY KEY (run_id, position)
);

CREATE TABLE one_time_flags (           -- what makes the initial dataset happen once
    store_id BIGINT NOT NULL REFERENCES stores (id),
    phase    TEXT NOT NULL,
    run_id   BIGINT NOT NULL REFERENCES runs (id),
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (store_id, phase)
);

CREATE TABLE events (                   -- state changes, numbered without gaps per store
    store_id BIGINT NOT NULL REFERENCES stores (id),
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    severity TEXT NOT NULL,
    message  TEXT NOT NULL,
    change   TEXT NOT NULL,             -- JSON
    PRIMARY KEY (store_id, number)
);

CREATE TABLE parked_records (
    id         BIGINT PRIMARY KEY,
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    run_id     BIGINT NOT NULL REFERENCES runs (id),
    kind       TEXT NOT NULL,
    product_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    record     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    parked_at  BIGINT NOT NULL,
    UNIQUE (store_id, kind, product_id, variant_id)   -- parked again is parked once
);

CREATE TABLE run_exceptions (           -- what a report lists beside its numbers
    run_id BIGINT NOT NULL REFERENCES runs (id),
    reason TEXT NOT NULL,
    record TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, reason, record)              -- a page done twice is reported once
);

CREATE TABLE run_reports (
    run_id  BIGINT PRIMARY KEY REFERENCES runs (id),
    made_at BIGINT NOT NULL,
    body    TEXT NOT NULL               -- JSON: place and checks
);

-- The warehouse dataset. It shares this database so that one transaction commits goods and bindings together.

CREATE TABLE divisions (
    id       BIGINT PRIMARY KEY,
    code     TEXT NOT NULL,
    code_key TEXT NOT NULL UNIQUE
);

CREATE TABLE division_stores (          -- who may use a division
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    store_id    BIGINT NOT NULL REFERENCES stores (id),
    PRIMARY KEY (division_id, store_id)
);

CREATE TABLE uoms (
    id          BIGINT PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    code        TEXT NOT NULL,
    code_key    TEXT NOT NULL,
    each_count  BIGINT NOT NULL CHECK (each_count > 0),
    UNIQUE (division_id, code_key),
    UNIQUE (division_id, each_count)
);

CREATE TABLE sites (
    id                        BIGINT PRIMARY KEY,
    division_id               BIGINT NOT NULL REFERENCES divisions (id),
    code                      TEXT NOT NULL,
    code_key                  TEXT NOT NULL,
    auto_delete_zero_quantity BIGINT NOT NULL CHECK (auto_delete_zero_quantity IN (0, 1)),
    UNIQUE (division_id, code_key)
);

CREATE TABLE locations (
    id       BIGINT PRIMARY KEY,
    site_id  BIGINT NOT NULL REFERENCES sites (id),
    code     TEXT NOT NULL,
    code_key TEXT NOT NULL,
    UNIQUE (site_id, code_key)
);

CREATE TABLE items (
    id          BIGINT PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    number      TEXT NOT NULL,
    number_key  TEXT NOT NULL,
    name        TEXT NOT NULL,
    uom_id      BIGINT NOT NULL REFERENCES uoms (id),
    upc         TEXT NOT NULL,
    price       BIGINT,
    currency    TEXT NOT NULL,
    weight      BIGINT,
    UNIQUE (division_id, number_key)
);

CREATE TABLE inventory (
    item_id     BIGINT NOT NULL REFERENCES items (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    on_hand     BIGINT NOT NULL CHECK (on_hand >= 0),
    opening_run BIGINT,                 -- the import that set it; empty once the warehouse has changed it
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (item_id, location_id)
) /* rows by key */;

CREATE TABLE adjustments (              -- the history of on-hand quantities changed by hand
    id          BIGINT PRIMARY KEY,
    item_id     BIGINT NOT NULL REFERENCES items (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    change      BIGINT NOT NULL,
    on_hand     BIGINT NOT NULL,        -- after the change
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    request_id  TEXT NOT NULL UNIQUE,
    at          BIGINT NOT NULL
);
CREATE INDEX adjustments_by_item ON adjustments (item_id);

CREATE TABLE carriers (
    id          BIGINT PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    UNIQUE (division_id, name_key)
);

CREATE TABLE shipping_methods (
    carrier_id BIGINT NOT NULL REFERENCES carriers (id),
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    zones      TEXT NOT NULL,           -- JSON array of the store's zone names
    PRIMARY KEY (carrier_id, name_key)
);

CREATE TABLE bindings (                 -- which item stands for which variant
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    product_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL REFERENCES items (id),
    sku        TEXT NOT NULL,
    tracking   TEXT NOT NULL CHECK (tracking IN ('NONE', 'PRODUCT', 'VARIANT')),
    PRIMARY KEY (store_id, product_id, variant_id)
) /* rows by key */;
CREATE INDEX bindings_by_item ON bindings (item_id);

CREATE TABLE open_order_lines (         -- whose goods have not left (amendments A and B)
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    order_id   BIGINT NOT NULL,
    line_id    BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    quantity   BIGINT NOT NULL,         -- units the shopper still gets
    deducted   BIGINT NOT NULL,         -- units the store keeps out of its count for them, where it does at order time
    PRIMARY KEY (store_id, order_id, line_id)
);
CREATE INDEX open_order_lines_by_product ON open_order_lines (store_id, product_id, variant_id);
