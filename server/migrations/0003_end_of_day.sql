-- End of Day: what the store was told, and what it said before.

ALTER TABLE runs ADD COLUMN local_date TEXT;             -- of a scheduled End of Day, in the store's time zone
ALTER TABLE runs ADD COLUMN excess TEXT NOT NULL DEFAULT '';         -- JSON: what a held run would have done
ALTER TABLE runs ADD COLUMN approved_run BIGINT;         -- the held run whose excess a person lets this one do
CREATE UNIQUE INDEX one_end_of_day_per_date ON runs (store_id, local_date) WHERE local_date IS NOT NULL;

CREATE TABLE counts (                   -- of each tracked variant of a store
    store_id    BIGINT NOT NULL REFERENCES stores (id),
    product_id  BIGINT NOT NULL,
    variant_id  BIGINT NOT NULL,
    in_store    BIGINT,                 -- the store's count when it was read last
    read_in     BIGINT,                 -- the run that read it
    published   BIGINT,                 -- what the store was told last, or agreed with
    available   BIGINT,                 -- what was there and not sold then
    sent_in     BIGINT,                 -- the run that told it
    sent_at     BIGINT,
    PRIMARY KEY (store_id, product_id, variant_id)
) /* rows by key */;
