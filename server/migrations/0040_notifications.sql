-- What needs a person, and who was told of it.

-- Up to where a store's events were looked at, and when its next notification is due.
CREATE TABLE notices (
    store_id BIGINT PRIMARY KEY REFERENCES stores (id),
    event_number BIGINT NOT NULL,
    due_at BIGINT
);
CREATE INDEX notices_due ON notices (due_at);

-- A need from its beginning until people were told of its end.
CREATE TABLE troubles (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    cause TEXT NOT NULL,
    words TEXT NOT NULL,
    failing BIGINT NOT NULL,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL,
    over_at BIGINT,
    told_at BIGINT,
    told_count BIGINT,
    PRIMARY KEY (store_id, cause)
) /* rows by key */;

-- A row for each that is told: written first, sent then, marked last.
CREATE TABLE notifications (
    id BIGINT PRIMARY KEY,
    store_id BIGINT NOT NULL REFERENCES stores (id),
    made_at BIGINT NOT NULL,
    channel TEXT NOT NULL,          -- EMAIL, WEBHOOK
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,            -- OWED, SENT, GIVEN_UP, WITHDRAWN
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    UNIQUE (store_id, made_at, channel, recipient)
);
CREATE INDEX notifications_owed ON notifications (next_at) WHERE state = 'OWED';
