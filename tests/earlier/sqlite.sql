PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'initial','2026-11-25 12:04:56',1,X'121950d291d7d1ac0e3d4803044f7ba3a41f1ea7f461c0f9be39268728e2c806d1ed616f06696d3d0ebded50a55e8abe',4283733);
INSERT INTO _sqlx_migrations VALUES(2,'picking orders','2026-11-25 12:04:56',1,X'da10e36f2f756eabca38a041bfb83ec0a31165686ce24d374680cd6fe643ce3fa1afa2ef12d3ca53587245a94a12d2bb',6274566);
INSERT INTO _sqlx_migrations VALUES(3,'end of day','2026-11-25 12:04:56',1,X'e6ecd312ea54ba3874adfa40ce254ee4ab13560bd223f6dfbb929fbe342cd292bc3d4d83dd01f0f6353f17de4e9bb5de',2362781);
INSERT INTO _sqlx_migrations VALUES(4,'customers and changes','2026-11-25 12:04:56',1,X'596f828190f7c7de5cfa3f3bad39fea2b497cb0789bebcfe7c02e8ea5f3f6423ae36d28818e8f5571c705d906308fafe',7669732);
INSERT INTO _sqlx_migrations VALUES(5,'lists','2026-11-25 12:04:56',1,X'f6c5e2eef3b74ed180e5c3e169cf4ac646710b57af4f57729c6e258fdebfdc9e37886f7be583372ae66ab2597a25c59a',7826636);
INSERT INTO _sqlx_migrations VALUES(6,'overview','2026-11-25 12:04:56',1,X'8714801f8c13cb4cda2849ba33285acff54822504a702077766c7d1f50d4af0e6a7c8de002ef05dd5f7429c891d451bd',2529664);
INSERT INTO _sqlx_migrations VALUES(7,'many stores','2026-11-25 12:04:56',1,X'5c93d7e02ed6dd013524acc87128e997c840bf0fe4d34cc8667bf0a65eab4f76c05fc83974c14cfaef0bab9378b4f784',911630);
INSERT INTO _sqlx_migrations VALUES(10,'units in doubt','2026-11-25 12:04:56',1,X'0c63384e787a9f88b43f6d57f51476c3d359a8539e3fb898294e2956d77f81f1583f36b881ca8f59d83744b9075846e2',3179141);
INSERT INTO _sqlx_migrations VALUES(11,'silence','2026-11-25 12:04:56',1,X'7d28b7a578a28acaa88b13ff29bfc501df87dc50a10044dea4b22492cfc77b6435036cd8dc9e7fe3b77e412d08fde527',1455750);
INSERT INTO _sqlx_migrations VALUES(12,'kits','2026-11-25 12:04:56',1,X'4e2ef1c2cfa85354b886bf495c828882af3e01cee5f2819ca3aec12c66efad2d520a7eb9db801287698968a8f69eefac',4494247);
INSERT INTO _sqlx_migrations VALUES(20,'unseen','2026-11-25 12:04:56',1,X'70bbef4fcb07545a043f9d1d1b1b9ffb106b4c39e7d1edb0e7ae2afcfb1beebfb8d3635a9b43e1ee26ca6deb18cb61b5',8385785);
INSERT INTO _sqlx_migrations VALUES(21,'given back','2026-11-25 12:04:56',1,X'30a665aea9c968ea92dc81058a35f9e8009aa543006da65bcd24b623ba98ee46fabe31542c77529c288bc884a692955d',1225638);
INSERT INTO _sqlx_migrations VALUES(30,'monitoring','2026-11-25 12:04:56',1,X'38ca5b36b071f309ba1be921f0a947c75a96d27b398a7d4af9ecabf660e1c48e7844381fb144a5b5cae9dae00fb46e0e',571452);
INSERT INTO _sqlx_migrations VALUES(31,'traces','2026-11-25 12:04:56',1,X'10bb73bfeea29af340fc4f614d4a968de60736a95d6bf5c2555e20dd2e628da4d97a6e728c1f611f4188583c20cb0791',1263249);
CREATE TABLE facts (                    -- what is true of this database as a whole
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO facts VALUES('encryption_key_check','4fbc83bf19a7abe3451faa2ef7b895de318769c96afe829a56acb508d9416967');
INSERT INTO facts VALUES('first_admin_key','issued');
CREATE TABLE sequences (                -- next free number of a table, taken in blocks where servers share the database
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);
CREATE TABLE stores (
    id             INTEGER PRIMARY KEY,
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
, deducts_when_placed BIGINT);
INSERT INTO stores VALUES(1,'sandbox1','Northridge Outfitters','northridge.example.com','America/Chicago','USD',1,0,'CONNECTED','[]','0a63add51667c22a929785ae3e9325eb6bcf4baabc63c97fb5bdacadb4cf8af74d22f4d839be595f5cae889bec730a2dfdd593a4a782726fead71ebe00a5f33bada4efae6eeeea',17,1795608297036,NULL);
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
INSERT INTO keys VALUES('91e08aae9e12fa09','ADMIN',NULL,'first','3bd868d4447cecb09f568bb6b44e9c639b15bf958e2a5e59763e48a5dcf59d79',1795608296993,NULL);
INSERT INTO keys VALUES('c159a4d6cfb06530','OPERATOR',1,'','bd995d9a5d780974ebf99ca0794918e6001690a34989f270ac8fe2ee0f7ff1d4',1795608297037,NULL);
CREATE TABLE configurations (           -- every revision is kept; the newest is in force
    store_id BIGINT NOT NULL REFERENCES stores (id),
    revision BIGINT NOT NULL,
    body     TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    PRIMARY KEY (store_id, revision)    -- two saves of one revision cannot both succeed
);
INSERT INTO configurations VALUES(1,1,'{"active_hours":null,"auto_sync":false,"division":"MAIN","drift_policy":"WAREHOUSE_WINS","end_of_day":false,"end_of_day_time":"18:00:00","excluded_locations":[],"guest_customer":"","guest_rule":"BY_EMAIL","hold_at_units":0,"hold_at_zero_percent":20,"imported_statuses":[11,9,8,3],"item_number_rules":["SKU","PRODUCT_ID"],"location":"A-01","open_orders":"DIVISION","order_prefix":null,"pickup_rule":"LEAVE","reconciliation_time":"03:00:00","safety_buffer":0,"set_order_status":true,"shipment_rule":"BY_HAND","site":"HQ","stock_decrease":"FOLLOW_STORE","stock_scope":"DEFAULT_SITE","stock_sites":[],"store_location_id":1,"sync_interval_minutes":15,"time_zone":"","uom":"EA"}',1795608297049,'operator key c159a4d6cfb06530');
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    store_id  BIGINT REFERENCES stores (id),
    action    TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL
);
INSERT INTO audit VALUES(1,1795608297037,'admin key 91e08aae9e12fa09 (first)',1,'connected the store','','{"manual_sync":false,"standard":true}');
INSERT INTO audit VALUES(2,1795608297050,'operator key c159a4d6cfb06530',1,'saved the configuration','','{"active_hours":null,"auto_sync":false,"division":"MAIN","drift_policy":"WAREHOUSE_WINS","end_of_day":false,"end_of_day_time":"18:00:00","excluded_locations":[],"guest_customer":"","guest_rule":"BY_EMAIL","hold_at_units":0,"hold_at_zero_percent":20,"imported_statuses":[11,9,8,3],"item_number_rules":["SKU","PRODUCT_ID"],"location":"A-01","open_orders":"DIVISION","order_prefix":null,"pickup_rule":"LEAVE","reconciliation_time":"03:00:00","safety_buffer":0,"set_order_status":true,"shipment_rule":"BY_HAND","site":"HQ","stock_decrease":"FOLLOW_STORE","stock_scope":"DEFAULT_SITE","stock_sites":[],"store_location_id":1,"sync_interval_minutes":15,"time_zone":"","uom":"EA"}');
CREATE TABLE requests (                 -- answers to requests that may be repeated
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    request_id TEXT NOT NULL,
    method     TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (store_id, method, request_id)
);
CREATE TABLE runs (
    id                     INTEGER PRIMARY KEY,
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
, local_date TEXT, excess TEXT NOT NULL DEFAULT '', approved_run BIGINT, trace_parent TEXT NOT NULL DEFAULT '');
INSERT INTO runs VALUES(1,1,'IMPORT',0,'COMPLETE','operator key c159a4d6cfb06530',1795608297053,1795608297055,1795608297164,1,1795608297000,'',0,NULL,NULL,NULL,'',NULL,'');
INSERT INTO runs VALUES(2,1,'SYNC',0,'COMPLETE','operator key c159a4d6cfb06530',1795608297174,1795608297179,1795608297302,1,1795608297000,'',0,NULL,NULL,NULL,'',NULL,'');
INSERT INTO runs VALUES(3,1,'SYNC',0,'RUNNING','operator key c159a4d6cfb06530',1795608297367,1795608297370,NULL,1,1795608297000,'',0,4957874830209482561,1795608298370,NULL,'',NULL,'');
INSERT INTO runs VALUES(4,1,'END_OF_DAY',0,'QUEUED','operator key c159a4d6cfb06530',1795608297400,NULL,NULL,1,NULL,'',0,NULL,NULL,NULL,'',NULL,'');
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
INSERT INTO phases VALUES(1,0,'PRODUCTS','DONE','{"after":40,"in_store":40,"parked_variants":0,"products":40,"variants":40}',40,0,0,0,0,40,1795608297062,1795608297084);
INSERT INTO phases VALUES(1,1,'INVENTORY','DONE','{"stage":{"Pages":{"next":2,"since":1795608295010}},"units":7152}',40,0,0,0,0,40,1795608297091,1795608297131);
INSERT INTO phases VALUES(1,2,'CARRIERS','DONE','',9,0,0,0,0,9,1795608297143,1795608297149);
INSERT INTO phases VALUES(2,0,'PRODUCTS','DONE','{"after":40,"in_store":40,"parked_variants":0,"products":40,"variants":40}',0,0,40,0,0,40,1795608297195,1795608297204);
INSERT INTO phases VALUES(2,1,'CUSTOMERS','DONE','',10,0,0,0,0,10,1795608297207,1795608297222);
INSERT INTO phases VALUES(2,2,'PICKING_ORDERS','DONE','{"list":9,"next":0}',2,0,2,0,0,0,1795608297230,1795608297299);
INSERT INTO phases VALUES(3,0,'PRODUCTS','DONE','',0,0,0,0,0,0,1795608297379,1795608297384);
INSERT INTO phases VALUES(3,1,'CUSTOMERS','DONE','',0,0,0,0,0,0,1795608297386,1795608297390);
INSERT INTO phases VALUES(3,2,'PICKING_ORDERS','RUNNING','',0,0,0,0,0,0,1795608297391,NULL);
INSERT INTO phases VALUES(4,0,'SHIPMENTS','WAITING','',0,0,0,0,0,0,NULL,NULL);
INSERT INTO phases VALUES(4,1,'PICKING_ORDERS','WAITING','',0,0,0,0,0,0,NULL,NULL);
INSERT INTO phases VALUES(4,2,'COUNTS','WAITING','',0,0,0,0,0,0,NULL,NULL);
CREATE TABLE one_time_flags (           -- what makes the initial dataset happen once
    store_id BIGINT NOT NULL REFERENCES stores (id),
    phase    TEXT NOT NULL,
    run_id   BIGINT NOT NULL REFERENCES runs (id),
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (store_id, phase)
);
INSERT INTO one_time_flags VALUES(1,'PRODUCTS',1,1795608297084);
INSERT INTO one_time_flags VALUES(1,'INVENTORY',1,1795608297131);
INSERT INTO one_time_flags VALUES(1,'CARRIERS',1,1795608297149);
CREATE TABLE events (                   -- state changes, numbered without gaps per store
    store_id BIGINT NOT NULL REFERENCES stores (id),
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    severity TEXT NOT NULL,
    message  TEXT NOT NULL,
    change   TEXT NOT NULL,             -- JSON
    PRIMARY KEY (store_id, number)
);
INSERT INTO events VALUES(1,1,1795608297037,'INFO','admin key 91e08aae9e12fa09 (first) connected the store.','"Store"');
INSERT INTO events VALUES(1,2,1795608297050,'INFO','The configuration was saved by operator key c159a4d6cfb06530.','{"Configuration":1}');
INSERT INTO events VALUES(1,3,1795608297054,'INFO','Import Products, Inventory, and Carriers was asked for by operator key c159a4d6cfb06530.','{"Run":1}');
INSERT INTO events VALUES(1,4,1795608297063,'INFO','Products begins.','{"Run":1}');
INSERT INTO events VALUES(1,5,1795608297091,'INFO','Inventory begins.','{"Run":1}');
INSERT INTO events VALUES(1,6,1795608297143,'INFO','Carriers begins.','{"Run":1}');
INSERT INTO events VALUES(1,7,1795608297164,'INFO','Import Products, Inventory, and Carriers is complete.','{"Run":1}');
INSERT INTO events VALUES(1,8,1795608297175,'INFO','Sync was asked for by operator key c159a4d6cfb06530.','{"Run":2}');
INSERT INTO events VALUES(1,9,1795608297195,'INFO','Products begins.','{"Run":2}');
INSERT INTO events VALUES(1,10,1795608297210,'INFO','Customers begins.','{"Run":2}');
INSERT INTO events VALUES(1,11,1795608297230,'INFO','Picking orders begins.','{"Run":2}');
INSERT INTO events VALUES(1,12,1795608297302,'INFO','Sync is complete.','{"Run":2}');
INSERT INTO events VALUES(1,13,1795608297368,'INFO','Sync was asked for by operator key c159a4d6cfb06530.','{"Run":3}');
INSERT INTO events VALUES(1,14,1795608297379,'INFO','Products begins.','{"Run":3}');
INSERT INTO events VALUES(1,15,1795608297387,'INFO','Customers begins.','{"Run":3}');
INSERT INTO events VALUES(1,16,1795608297391,'INFO','Picking orders begins.','{"Run":3}');
INSERT INTO events VALUES(1,17,1795608297400,'INFO','End of Day was asked for by operator key c159a4d6cfb06530.','{"Run":4}');
CREATE TABLE parked_records (
    id         INTEGER PRIMARY KEY,
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    run_id     BIGINT NOT NULL REFERENCES runs (id),
    kind       TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    part_id BIGINT NOT NULL,
    record     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    parked_at  BIGINT NOT NULL,
    UNIQUE (store_id, kind, record_id, part_id)   -- parked again is parked once
);
CREATE TABLE run_exceptions (           -- what a report lists beside its numbers
    run_id BIGINT NOT NULL REFERENCES runs (id),
    reason TEXT NOT NULL,
    record TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, reason, record)              -- a page done twice is reported once
);
INSERT INTO run_exceptions VALUES(1,'ADDED_BACK','product 1, variant 1, SKU HECA-000001','315 in the store + 2 in open orders = 317');
INSERT INTO run_exceptions VALUES(1,'ADDED_BACK','product 2, variant 2, SKU NOCA-000002','373 in the store + 1 in open orders = 374');
INSERT INTO run_exceptions VALUES(1,'ADDED_BACK','product 3, variant 3, SKU HEHI-000003','130 in the store + 2 in open orders = 132');
INSERT INTO run_exceptions VALUES(1,'ADDED_BACK','product 4, variant 4, SKU RIDR-000004','49 in the store + 1 in open orders = 50');
CREATE TABLE run_reports (
    run_id  INTEGER PRIMARY KEY REFERENCES runs (id),
    made_at BIGINT NOT NULL,
    body    TEXT NOT NULL               -- JSON: place and checks
);
INSERT INTO run_reports VALUES(1,1795608297156,'{"checks":[{"explanation":"40 in the store''s own summary; 40 have an item, 0 are parked, 0 belong to no product","name":"Variants","store":40,"warehouse":40},{"explanation":"made from 40 products with 40 variants","name":"Items","store":40,"warehouse":40},{"explanation":"7146 counted in the store and 6 added back for open orders","name":"Units on hand","store":7152,"warehouse":7152}],"place":{"division":"MAIN","location":"A-01","site":"HQ","uom":"EA"}}');
CREATE TABLE divisions (
    id       INTEGER PRIMARY KEY,
    code     TEXT NOT NULL,
    code_key TEXT NOT NULL UNIQUE
, change_number BIGINT NOT NULL DEFAULT 0);
INSERT INTO divisions VALUES(1,'MAIN','main',22);
CREATE TABLE division_stores (          -- who may use a division
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    store_id    BIGINT NOT NULL REFERENCES stores (id),
    PRIMARY KEY (division_id, store_id)
);
INSERT INTO division_stores VALUES(1,1);
CREATE TABLE uoms (
    id          INTEGER PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    code        TEXT NOT NULL,
    code_key    TEXT NOT NULL,
    each_count  BIGINT NOT NULL CHECK (each_count > 0),
    UNIQUE (division_id, code_key),
    UNIQUE (division_id, each_count)
);
INSERT INTO uoms VALUES(1,1,'EA','ea',1);
CREATE TABLE sites (
    id                        INTEGER PRIMARY KEY,
    division_id               BIGINT NOT NULL REFERENCES divisions (id),
    code                      TEXT NOT NULL,
    code_key                  TEXT NOT NULL,
    auto_delete_zero_quantity BIGINT NOT NULL CHECK (auto_delete_zero_quantity IN (0, 1)),
    UNIQUE (division_id, code_key)
);
INSERT INTO sites VALUES(1,1,'HQ','hq',1);
CREATE TABLE locations (
    id       INTEGER PRIMARY KEY,
    site_id  BIGINT NOT NULL REFERENCES sites (id),
    code     TEXT NOT NULL,
    code_key TEXT NOT NULL,
    UNIQUE (site_id, code_key)
);
INSERT INTO locations VALUES(1,1,'A-01','a-01');
CREATE TABLE items (
    id          INTEGER PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    number      TEXT NOT NULL,
    number_key  TEXT NOT NULL,
    name        TEXT NOT NULL,
    uom_id      BIGINT NOT NULL REFERENCES uoms (id),
    upc         TEXT NOT NULL,
    price       BIGINT,
    currency    TEXT NOT NULL,
    weight      BIGINT, name_key TEXT NOT NULL DEFAULT '',
    UNIQUE (division_id, number_key)
);
INSERT INTO items VALUES(1,1,'HECA-000001','heca-000001','Heritage Silicone Camp Chair 1',1,'224208164669',1230000,'USD',605000,'heritage silicone camp chair 1');
INSERT INTO items VALUES(2,1,'NOCA-000002','noca-000002','Nomad Silicone Carabiner 2',1,'391644580381',130000,'USD',27500,'nomad silicone carabiner 2');
INSERT INTO items VALUES(3,1,'HEHI-000003','hehi-000003','Heritage Ripstop Hiking Boots 3',1,'217294301858',1840000,'USD',447500,'heritage ripstop hiking boots 3');
INSERT INTO items VALUES(4,1,'RIDR-000004','ridr-000004','Ridge Carbon Dry Bag 4',1,'947998553148',470000,'USD',77500,'ridge carbon dry bag 4');
INSERT INTO items VALUES(5,1,'STSH-000005','stsh-000005','Storm Fleece Shorts 5',1,'444113010146',910000,'USD',87500,'storm fleece shorts 5');
INSERT INTO items VALUES(6,1,'STWA-000006','stwa-000006','Stretch Bamboo Water Bottle 6',1,'640400245835',300000,'USD',90000,'stretch bamboo water bottle 6');
INSERT INTO items VALUES(7,1,'WIMU-000007','wimu-000007','Windproof Bamboo Multi-Tool 7',1,'787524929875',900000,'USD',95000,'windproof bamboo multi-tool 7');
INSERT INTO items VALUES(8,1,'WIMU-000008','wimu-000008','Windproof Softshell Multi-Tool 8',1,'064608125741',940000,'USD',87500,'windproof softshell multi-tool 8');
INSERT INTO items VALUES(9,1,'RIMU-000009','rimu-000009','Ridge Fleece Mug 9',1,'868038397098',160000,'USD',72500,'ridge fleece mug 9');
INSERT INTO items VALUES(10,1,'WATE-000010','wate-000010','Waterproof Titanium Tent 10',1,'537404537477',3780000,'USD',965000,'waterproof titanium tent 10');
INSERT INTO items VALUES(11,1,'HETE-000011','hete-000011','Heritage Canvas Tent 11',1,'136541018953',3470000,'USD',962500,'heritage canvas tent 11');
INSERT INTO items VALUES(12,1,'CORA-000012','cora-000012','Compact Nylon Rain Cover 12',1,'261013775776',410000,'USD',60000,'compact nylon rain cover 12');
INSERT INTO items VALUES(13,1,'CASH-000013','cash-000013','Canyon Nylon Shorts 13',1,'337531433486',830000,'USD',87500,'canyon nylon shorts 13');
INSERT INTO items VALUES(14,1,'WASU-000014','wasu-000014','Waterproof Carbon Sun Hat 14',1,'983772841740',320000,'USD',50000,'waterproof carbon sun hat 14');
INSERT INTO items VALUES(15,1,'HETR-000015','hetr-000015','Heritage Steel Trekking Poles 15',1,'156789438385',1340000,'USD',195000,'heritage steel trekking poles 15');
INSERT INTO items VALUES(16,1,'GLMU-000016','glmu-000016','Glacier Steel Multi-Tool 16',1,'992589721799',930000,'USD',92500,'glacier steel multi-tool 16');
INSERT INTO items VALUES(17,1,'NODR-000017','nodr-000017','Nomad Steel Dry Bag 17',1,'587278535308',270000,'USD',77500,'nomad steel dry bag 17');
INSERT INTO items VALUES(18,1,'COTR-000018','cotr-000018','Convertible Titanium Trekking Poles 18',1,'444216396348',1180000,'USD',192500,'convertible titanium trekking poles 18');
INSERT INTO items VALUES(19,1,'QUHA-000019','quha-000019','Quick-Dry Fleece Hammock 19',1,'666573987193',1090000,'USD',195000,'quick-dry fleece hammock 19');
INSERT INTO items VALUES(20,1,'CACO-000020','caco-000020','Canyon Cork Cook Set 20',1,'209680515305',940000,'USD',217500,'canyon cork cook set 20');
INSERT INTO items VALUES(21,1,'STSL-000021','stsl-000021','Storm Down Sleeping Bag 21',1,'741308841050',2390000,'USD',410000,'storm down sleeping bag 21');
INSERT INTO items VALUES(22,1,'WISU-000022','wisu-000022','Windproof Cordura Sun Hat 22',1,'876068274507',630000,'USD',57500,'windproof cordura sun hat 22');
INSERT INTO items VALUES(23,1,'WIJA-000023','wija-000023','Windproof Softshell Jacket 23',1,'248620142297',2130000,'USD',230000,'windproof softshell jacket 23');
INSERT INTO items VALUES(24,1,'WAMU-000024','wamu-000024','Waterproof Silicone Mug 24',1,'712360972455',330000,'USD',65000,'waterproof silicone mug 24');
INSERT INTO items VALUES(25,1,'ALHE-000025','alhe-000025','Alpine Titanium Headlamp 25',1,'674996710763',650000,'USD',40000,'alpine titanium headlamp 25');
INSERT INTO items VALUES(26,1,'RELA-000026','rela-000026','Reflective Cordura Lantern 26',1,'737504560868',570000,'USD',127500,'reflective cordura lantern 26');
INSERT INTO items VALUES(27,1,'HETR-000027','hetr-000027','Heritage Steel Trekking Poles 27',1,'015470514738',990000,'USD',195000,'heritage steel trekking poles 27');
INSERT INTO items VALUES(28,1,'NOWA-000028','nowa-000028','Nomad Titanium Water Bottle 28',1,'897476811643',290000,'USD',100000,'nomad titanium water bottle 28');
INSERT INTO items VALUES(29,1,'PATR-000029','patr-000029','Packable Nylon Trekking Poles 29',1,'418532747618',1350000,'USD',195000,'packable nylon trekking poles 29');
INSERT INTO items VALUES(30,1,'RUCA-000030','ruca-000030','Rugged Fleece Camp Stove 30',1,'086070614796',1160000,'USD',150000,'rugged fleece camp stove 30');
INSERT INTO items VALUES(31,1,'EXTE-000031','exte-000031','Expedition Fleece Tent 31',1,'093753561522',3810000,'USD',962500,'expedition fleece tent 31');
INSERT INTO items VALUES(32,1,'STCL-000032','stcl-000032','Storm Flannel Climbing Rope 32',1,'051066502947',2350000,'USD',1400000,'storm flannel climbing rope 32');
INSERT INTO items VALUES(33,1,'EXCL-000033','excl-000033','Expedition Bamboo Climbing Rope 33',1,'524340171625',1950000,'USD',1417500,'expedition bamboo climbing rope 33');
INSERT INTO items VALUES(34,1,'FEHA-000034','feha-000034','Featherlight Cork Harness 34',1,'564935342987',880000,'USD',152500,'featherlight cork harness 34');
INSERT INTO items VALUES(35,1,'RIWA-000035','riwa-000035','Ridge Cordura Water Bottle 35',1,'970293167730',560000,'USD',100000,'ridge cordura water bottle 35');
INSERT INTO items VALUES(36,1,'WACA-000036','waca-000036','Waterproof Bamboo Camp Stove 36',1,'070865073426',720000,'USD',140000,'waterproof bamboo camp stove 36');
INSERT INTO items VALUES(37,1,'FEGL-000037','fegl-000037','Featherlight Cork Gloves 37',1,'274877409878',470000,'USD',52500,'featherlight cork gloves 37');
INSERT INTO items VALUES(38,1,'WAHA-000038','waha-000038','Waterproof Steel Hammock 38',1,'649884585517',700000,'USD',192500,'waterproof steel hammock 38');
INSERT INTO items VALUES(39,1,'HESO-000039','heso-000039','Heritage Ripstop Socks 39',1,'243244432702',110000,'USD',45000,'heritage ripstop socks 39');
INSERT INTO items VALUES(40,1,'NOBA-000040','noba-000040','Nomad Down Backpack 40',1,'837621084913',1550000,'USD',487500,'nomad down backpack 40');
CREATE TABLE inventory (
    item_id     BIGINT NOT NULL REFERENCES items (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    on_hand     BIGINT NOT NULL CHECK (on_hand >= 0),
    opening_run BIGINT,                 -- the import that set it; empty once the warehouse has changed it
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (item_id, location_id)
) WITHOUT ROWID;
INSERT INTO inventory VALUES(1,1,316,NULL,1795608297359);
INSERT INTO inventory VALUES(2,1,374,1,1795608297114);
INSERT INTO inventory VALUES(3,1,132,1,1795608297114);
INSERT INTO inventory VALUES(4,1,50,1,1795608297114);
INSERT INTO inventory VALUES(5,1,11,1,1795608297114);
INSERT INTO inventory VALUES(6,1,65,1,1795608297114);
INSERT INTO inventory VALUES(7,1,153,1,1795608297114);
INSERT INTO inventory VALUES(8,1,285,1,1795608297114);
INSERT INTO inventory VALUES(9,1,210,1,1795608297114);
INSERT INTO inventory VALUES(10,1,18,1,1795608297114);
INSERT INTO inventory VALUES(11,1,331,1,1795608297114);
INSERT INTO inventory VALUES(12,1,87,1,1795608297114);
INSERT INTO inventory VALUES(13,1,196,1,1795608297114);
INSERT INTO inventory VALUES(14,1,332,1,1795608297114);
INSERT INTO inventory VALUES(15,1,240,1,1795608297114);
INSERT INTO inventory VALUES(16,1,65,1,1795608297114);
INSERT INTO inventory VALUES(17,1,22,1,1795608297114);
INSERT INTO inventory VALUES(18,1,327,1,1795608297114);
INSERT INTO inventory VALUES(19,1,77,1,1795608297114);
INSERT INTO inventory VALUES(20,1,135,1,1795608297114);
INSERT INTO inventory VALUES(21,1,175,1,1795608297114);
INSERT INTO inventory VALUES(22,1,60,1,1795608297114);
INSERT INTO inventory VALUES(23,1,242,1,1795608297114);
INSERT INTO inventory VALUES(24,1,34,1,1795608297114);
INSERT INTO inventory VALUES(25,1,112,1,1795608297114);
INSERT INTO inventory VALUES(26,1,50,1,1795608297114);
INSERT INTO inventory VALUES(27,1,361,1,1795608297114);
INSERT INTO inventory VALUES(28,1,39,1,1795608297114);
INSERT INTO inventory VALUES(29,1,217,1,1795608297114);
INSERT INTO inventory VALUES(30,1,150,1,1795608297114);
INSERT INTO inventory VALUES(31,1,295,1,1795608297114);
INSERT INTO inventory VALUES(32,1,206,1,1795608297114);
INSERT INTO inventory VALUES(33,1,284,1,1795608297114);
INSERT INTO inventory VALUES(34,1,92,1,1795608297114);
INSERT INTO inventory VALUES(35,1,250,1,1795608297114);
INSERT INTO inventory VALUES(36,1,237,1,1795608297114);
INSERT INTO inventory VALUES(37,1,163,1,1795608297114);
INSERT INTO inventory VALUES(38,1,73,1,1795608297114);
INSERT INTO inventory VALUES(39,1,351,1,1795608297114);
INSERT INTO inventory VALUES(40,1,334,1,1795608297114);
CREATE TABLE adjustments (              -- the history of on-hand quantities changed by hand
    id          INTEGER PRIMARY KEY,
    item_id     BIGINT NOT NULL REFERENCES items (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    change      BIGINT NOT NULL,
    on_hand     BIGINT NOT NULL,        -- after the change
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    request_id  TEXT NOT NULL UNIQUE,
    at          BIGINT NOT NULL
);
CREATE TABLE carriers (
    id          INTEGER PRIMARY KEY,
    division_id BIGINT NOT NULL REFERENCES divisions (id),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    UNIQUE (division_id, name_key)
);
INSERT INTO carriers VALUES(1,1,'Australia Post','australia post');
INSERT INTO carriers VALUES(2,1,'Canada Post','canada post');
INSERT INTO carriers VALUES(3,1,'Endicia','endicia');
INSERT INTO carriers VALUES(4,1,'FedEx','fedex');
INSERT INTO carriers VALUES(5,1,'Royal Mail','royal mail');
INSERT INTO carriers VALUES(6,1,'ShipperHQ','shipperhq');
INSERT INTO carriers VALUES(7,1,'Store shipping','store shipping');
INSERT INTO carriers VALUES(8,1,'UPS','ups');
INSERT INTO carriers VALUES(9,1,'USPS','usps');
CREATE TABLE shipping_methods (
    carrier_id BIGINT NOT NULL REFERENCES carriers (id),
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    zones      TEXT NOT NULL,           -- JSON array of the store's zone names
    PRIMARY KEY (carrier_id, name_key)
);
INSERT INTO shipping_methods VALUES(4,'FedEx','fedex','["Domestic"]');
INSERT INTO shipping_methods VALUES(4,'FedEx International','fedex international','["Europe"]');
INSERT INTO shipping_methods VALUES(7,'Flat Rate','flat rate','["Domestic"]');
INSERT INTO shipping_methods VALUES(8,'UPS®','ups®','["Domestic","Europe"]');
INSERT INTO shipping_methods VALUES(9,'USPS®','usps®','["Domestic"]');
INSERT INTO shipping_methods VALUES(9,'USPS® International','usps® international','["Rest of world"]');
CREATE TABLE bindings (                 -- which item stands for which variant
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    product_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    item_id    BIGINT NOT NULL REFERENCES items (id),
    sku        TEXT NOT NULL,
    tracking   TEXT NOT NULL CHECK (tracking IN ('NONE', 'PRODUCT', 'VARIANT')), orphaned_at BIGINT,
    PRIMARY KEY (store_id, product_id, variant_id)
) WITHOUT ROWID;
INSERT INTO bindings VALUES(1,1,1,1,'HECA-000001','VARIANT',NULL);
INSERT INTO bindings VALUES(1,2,2,2,'NOCA-000002','VARIANT',NULL);
INSERT INTO bindings VALUES(1,3,3,3,'HEHI-000003','VARIANT',NULL);
INSERT INTO bindings VALUES(1,4,4,4,'RIDR-000004','VARIANT',NULL);
INSERT INTO bindings VALUES(1,5,5,5,'STSH-000005','VARIANT',NULL);
INSERT INTO bindings VALUES(1,6,6,6,'STWA-000006','VARIANT',NULL);
INSERT INTO bindings VALUES(1,7,7,7,'WIMU-000007','VARIANT',NULL);
INSERT INTO bindings VALUES(1,8,8,8,'WIMU-000008','VARIANT',NULL);
INSERT INTO bindings VALUES(1,9,9,9,'RIMU-000009','VARIANT',NULL);
INSERT INTO bindings VALUES(1,10,10,10,'WATE-000010','VARIANT',NULL);
INSERT INTO bindings VALUES(1,11,11,11,'HETE-000011','VARIANT',NULL);
INSERT INTO bindings VALUES(1,12,12,12,'CORA-000012','VARIANT',NULL);
INSERT INTO bindings VALUES(1,13,13,13,'CASH-000013','VARIANT',NULL);
INSERT INTO bindings VALUES(1,14,14,14,'WASU-000014','VARIANT',NULL);
INSERT INTO bindings VALUES(1,15,15,15,'HETR-000015','VARIANT',NULL);
INSERT INTO bindings VALUES(1,16,16,16,'GLMU-000016','VARIANT',NULL);
INSERT INTO bindings VALUES(1,17,17,17,'NODR-000017','VARIANT',NULL);
INSERT INTO bindings VALUES(1,18,18,18,'COTR-000018','VARIANT',NULL);
INSERT INTO bindings VALUES(1,19,19,19,'QUHA-000019','VARIANT',NULL);
INSERT INTO bindings VALUES(1,20,20,20,'CACO-000020','VARIANT',NULL);
INSERT INTO bindings VALUES(1,21,21,21,'STSL-000021','VARIANT',NULL);
INSERT INTO bindings VALUES(1,22,22,22,'WISU-000022','VARIANT',NULL);
INSERT INTO bindings VALUES(1,23,23,23,'WIJA-000023','VARIANT',NULL);
INSERT INTO bindings VALUES(1,24,24,24,'WAMU-000024','VARIANT',NULL);
INSERT INTO bindings VALUES(1,25,25,25,'ALHE-000025','VARIANT',NULL);
INSERT INTO bindings VALUES(1,26,26,26,'RELA-000026','VARIANT',NULL);
INSERT INTO bindings VALUES(1,27,27,27,'HETR-000027','VARIANT',NULL);
INSERT INTO bindings VALUES(1,28,28,28,'NOWA-000028','VARIANT',NULL);
INSERT INTO bindings VALUES(1,29,29,29,'PATR-000029','VARIANT',NULL);
INSERT INTO bindings VALUES(1,30,30,30,'RUCA-000030','VARIANT',NULL);
INSERT INTO bindings VALUES(1,31,31,31,'EXTE-000031','VARIANT',NULL);
INSERT INTO bindings VALUES(1,32,32,32,'STCL-000032','VARIANT',NULL);
INSERT INTO bindings VALUES(1,33,33,33,'EXCL-000033','VARIANT',NULL);
INSERT INTO bindings VALUES(1,34,34,34,'FEHA-000034','VARIANT',NULL);
INSERT INTO bindings VALUES(1,35,35,35,'RIWA-000035','VARIANT',NULL);
INSERT INTO bindings VALUES(1,36,36,36,'WACA-000036','VARIANT',NULL);
INSERT INTO bindings VALUES(1,37,37,37,'FEGL-000037','VARIANT',NULL);
INSERT INTO bindings VALUES(1,38,38,38,'WAHA-000038','VARIANT',NULL);
INSERT INTO bindings VALUES(1,39,39,39,'HESO-000039','VARIANT',NULL);
INSERT INTO bindings VALUES(1,40,40,40,'NOBA-000040','VARIANT',NULL);
CREATE TABLE open_order_lines (         -- whose goods have not left (amendments A and B)
    store_id   BIGINT NOT NULL REFERENCES stores (id),
    order_id   BIGINT NOT NULL,
    line_id    BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    quantity   BIGINT NOT NULL,         -- units the shopper still gets
    deducted   BIGINT NOT NULL, shipped BIGINT NOT NULL DEFAULT 0,         -- units the store keeps out of its count for them, where it does at order time
    PRIMARY KEY (store_id, order_id, line_id)
);
INSERT INTO open_order_lines VALUES(1,100,2,1,1,2,2,0);
INSERT INTO open_order_lines VALUES(1,100,3,2,2,1,1,0);
INSERT INTO open_order_lines VALUES(1,101,5,3,3,2,2,0);
INSERT INTO open_order_lines VALUES(1,101,6,4,4,1,1,0);
CREATE TABLE cursors (                  -- on the store's clock; without a row the next sync reads everything
    store_id     BIGINT NOT NULL REFERENCES stores (id),
    phase        TEXT NOT NULL,
    since        BIGINT NOT NULL,       -- changes from this instant on are still to be read
    completed_at BIGINT,                -- when a sync was complete last, by this server's clock, for people
    PRIMARY KEY (store_id, phase)
);
INSERT INTO cursors VALUES(1,'PRODUCTS',1795607997000,1795608297384);
INSERT INTO cursors VALUES(1,'CUSTOMERS',1795607997000,1795608297390);
INSERT INTO cursors VALUES(1,'PICKING_ORDERS',1795607997000,1795608297299);
CREATE TABLE schedules (                -- when a kind of run is due next by the clock; no row where it is switched off
    store_id BIGINT NOT NULL REFERENCES stores (id),
    kind     TEXT NOT NULL,
    due_at   BIGINT NOT NULL, unanswered BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, kind)
);
CREATE TABLE picking_orders (
    id              INTEGER PRIMARY KEY,
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
    by_hand         BIGINT NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)), customer_id BIGINT REFERENCES customers (id), customer_key TEXT NOT NULL DEFAULT '',   -- closed or cancelled by a person
    UNIQUE (division_id, number_key),
    UNIQUE (store_id, order_id, consignment_id)         -- an order is imported once, whatever happens
);
INSERT INTO picking_orders VALUES(1,1,'BC-100','bc-100',1,100,1,'OPEN','',11,'Jane Doe','janedoe@example.com',replace('Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States','\n',char(10)),'Flat Rate',1795608296000,1795608297359,0,11,'jane doe');
INSERT INTO picking_orders VALUES(2,1,'BC-101','bc-101',1,101,4,'OPEN','',11,'Jane Doe','janedoe@example.com',replace('Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States','\n',char(10)),'Flat Rate',1795608296000,1795608297242,0,11,'jane doe');
CREATE TABLE picking_lines (
    picking_order_id BIGINT NOT NULL REFERENCES picking_orders (id),
    line_id          BIGINT NOT NULL,   -- the line's id in BigCommerce
    item_id          BIGINT REFERENCES items (id),      -- none while the product has no item
    product_id       BIGINT NOT NULL,
    variant_id       BIGINT NOT NULL,
    name             TEXT NOT NULL,
    sku              TEXT NOT NULL,
    ordered          BIGINT NOT NULL CHECK (ordered >= 0),
    picked           BIGINT NOT NULL CHECK (picked BETWEEN 0 AND ordered), parent_line_id BIGINT NOT NULL DEFAULT 0, is_kit BIGINT NOT NULL DEFAULT 0 CHECK (is_kit IN (0, 1)), shipped_before BIGINT NOT NULL DEFAULT 0, given_back BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (picking_order_id, line_id)
) WITHOUT ROWID;
INSERT INTO picking_lines VALUES(1,2,1,1,1,'Heritage Silicone Camp Chair 1','HECA-000001',2,1,0,0,0,0);
INSERT INTO picking_lines VALUES(1,3,2,2,2,'Nomad Silicone Carabiner 2','NOCA-000002',1,0,0,0,0,0);
INSERT INTO picking_lines VALUES(2,5,3,3,3,'Heritage Ripstop Hiking Boots 3','HEHI-000003',2,0,0,0,0,0);
INSERT INTO picking_lines VALUES(2,6,4,4,4,'Ridge Carbon Dry Bag 4','RIDR-000004',1,0,0,0,0,0);
CREATE TABLE picks (                    -- the history of what was taken from where
    id               INTEGER PRIMARY KEY,
    picking_order_id BIGINT NOT NULL REFERENCES picking_orders (id),
    line_id          BIGINT NOT NULL,
    item_id          BIGINT NOT NULL REFERENCES items (id),
    location_id      BIGINT NOT NULL REFERENCES locations (id),
    units            BIGINT NOT NULL CHECK (units > 0),
    actor            TEXT NOT NULL,
    request_id       TEXT NOT NULL UNIQUE,              -- a repeated request picks once
    at               BIGINT NOT NULL
, store_id BIGINT REFERENCES stores (id));
INSERT INTO picks VALUES(1,1,2,1,1,1,'operator key c159a4d6cfb06530','earlier',1795608297359,1);
CREATE TABLE shipments (                -- the outbox: what is owed to the store, written down before it is sent
    id                INTEGER PRIMARY KEY,
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
) WITHOUT ROWID;
CREATE TABLE counts (                   -- of each tracked variant of a store
    store_id    BIGINT NOT NULL REFERENCES stores (id),
    product_id  BIGINT NOT NULL,
    variant_id  BIGINT NOT NULL,
    in_store    BIGINT,                 -- the store's count when it was read last
    read_in     BIGINT,                 -- the run that read it
    published   BIGINT,                 -- what the store was told last, or agreed with
    available   BIGINT,                 -- what was there and not sold then
    sent_in     BIGINT,                 -- the run that told it
    sent_at     BIGINT, moved BIGINT NOT NULL DEFAULT 0, for_nothing BIGINT NOT NULL DEFAULT 0, kept BIGINT NOT NULL DEFAULT 0, returned BIGINT NOT NULL DEFAULT 0, meant TEXT,
    PRIMARY KEY (store_id, product_id, variant_id)
) WITHOUT ROWID;
CREATE TABLE customers (
    id                INTEGER PRIMARY KEY,
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
, company_key TEXT NOT NULL DEFAULT '');
INSERT INTO customers VALUES(1,1,1,1,'Ada Brown','ada brown','','shopper1@example.com','shopper1@example.com','555-0177',replace('455 Sunset Boulevard\nPortland Oregon 97209\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(2,1,1,2,'Bruno Haddad','bruno haddad','','shopper2@example.com','shopper2@example.com','555-0118',replace('383 Second Street\nBurlington Vermont 05401\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(3,1,1,3,'Keiko Brown','keiko brown','','shopper3@example.com','shopper3@example.com','555-0178',replace('553 Park Lane\nBoulder Colorado 80302\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(4,1,1,4,'Emeka O''Neil','emeka o''neil','','shopper4@example.com','shopper4@example.com','555-0186',replace('863 Maple Avenue\nSaint Paul Minnesota 55102\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(5,1,1,5,'Dalia O''Neil','dalia o''neil','Company 5','shopper5@example.com','shopper5@example.com','555-0192',replace('687 Cedar Street\nSaint Paul Minnesota 55102\nUnited States','\n',char(10)),'company 5');
INSERT INTO customers VALUES(6,1,1,6,'Hugo Castillo','hugo castillo','','shopper6@example.com','shopper6@example.com','555-0101',replace('940 Cedar Street\nBurlington Vermont 05401\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(7,1,1,7,'Emeka Dubois','emeka dubois','Company 7','shopper7@example.com','shopper7@example.com','555-0181',replace('719 Sunset Boulevard\nCañon City Colorado 81212\nUnited States','\n',char(10)),'company 7');
INSERT INTO customers VALUES(8,1,1,8,'Grace Brown','grace brown','Company 8','shopper8@example.com','shopper8@example.com','555-0102',replace('930 Main Street\nBurlington Vermont 05401\nUnited States','\n',char(10)),'company 8');
INSERT INTO customers VALUES(9,1,1,9,'Emeka Eriksen','emeka eriksen','','shopper9@example.com','shopper9@example.com','555-0183',replace('118 River Drive\nAustin Texas 78751\nUnited States','\n',char(10)),'');
INSERT INTO customers VALUES(10,1,1,10,'Jonas Eriksen','jonas eriksen','Company 10','shopper10@example.com','shopper10@example.com','555-0134',replace('766 Old Mill Road\nCañon City Colorado 81212\nUnited States','\n',char(10)),'company 10');
INSERT INTO customers VALUES(11,1,1,0,'Jane Doe','jane doe','','janedoe@example.com','janedoe@example.com','555-123-4567',replace('Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States','\n',char(10)),'');
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
) WITHOUT ROWID;
INSERT INTO changes VALUES(1,1,1795608297085,'run 1 (operator key c159a4d6cfb06530)',1,1,'IMPORT','Products','products','initial dataset','','40 made, 0 changed');
INSERT INTO changes VALUES(1,2,1795608297134,'run 1 (operator key c159a4d6cfb06530)',1,1,'IMPORT','Inventory','inventory','initial dataset','','40 made, 0 changed');
INSERT INTO changes VALUES(1,3,1795608297152,'run 1 (operator key c159a4d6cfb06530)',1,1,'IMPORT','Carriers','carriers','initial dataset','','0 made, 0 changed');
INSERT INTO changes VALUES(1,4,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Ada Brown','ada brown','customer','','shopper1@example.com');
INSERT INTO changes VALUES(1,5,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Bruno Haddad','bruno haddad','customer','','shopper2@example.com');
INSERT INTO changes VALUES(1,6,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Keiko Brown','keiko brown','customer','','shopper3@example.com');
INSERT INTO changes VALUES(1,7,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Emeka O''Neil','emeka o''neil','customer','','shopper4@example.com');
INSERT INTO changes VALUES(1,8,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Dalia O''Neil','dalia o''neil','customer','','shopper5@example.com');
INSERT INTO changes VALUES(1,9,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Hugo Castillo','hugo castillo','customer','','shopper6@example.com');
INSERT INTO changes VALUES(1,10,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Emeka Dubois','emeka dubois','customer','','shopper7@example.com');
INSERT INTO changes VALUES(1,11,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Grace Brown','grace brown','customer','','shopper8@example.com');
INSERT INTO changes VALUES(1,12,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Emeka Eriksen','emeka eriksen','customer','','shopper9@example.com');
INSERT INTO changes VALUES(1,13,1795608297222,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Jonas Eriksen','jonas eriksen','customer','','shopper10@example.com');
INSERT INTO changes VALUES(1,14,1795608297245,'run 2 (operator key c159a4d6cfb06530)',1,2,'CUSTOMER','Jane Doe','jane doe','customer','','janedoe@example.com');
INSERT INTO changes VALUES(1,15,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-100','bc-100','state','','open');
INSERT INTO changes VALUES(1,16,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-100','bc-100','ordered of Heritage Silicone Camp Chair 1 (HECA-000001)','0','2');
INSERT INTO changes VALUES(1,17,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-100','bc-100','ordered of Nomad Silicone Carabiner 2 (NOCA-000002)','0','1');
INSERT INTO changes VALUES(1,18,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-101','bc-101','state','','open');
INSERT INTO changes VALUES(1,19,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-101','bc-101','ordered of Heritage Ripstop Hiking Boots 3 (HEHI-000003)','0','2');
INSERT INTO changes VALUES(1,20,1795608297246,'run 2 (operator key c159a4d6cfb06530)',1,2,'PICKING_ORDER','BC-101','bc-101','ordered of Ridge Carbon Dry Bag 4 (RIDR-000004)','0','1');
INSERT INTO changes VALUES(1,21,1795608297359,'operator key c159a4d6cfb06530',1,NULL,'INVENTORY','HECA-000001','heca-000001','on hand in HQ / A-01','317','316');
INSERT INTO changes VALUES(1,22,1795608297359,'operator key c159a4d6cfb06530',1,NULL,'PICKING_ORDER','BC-100','bc-100','picked of Heritage Silicone Camp Chair 1 (HECA-000001)','0','1');
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
CREATE INDEX keys_by_store ON keys (store_id);
CREATE UNIQUE INDEX one_running_run_per_store ON runs (store_id) WHERE state = 'RUNNING';
CREATE UNIQUE INDEX one_queued_run_per_kind ON runs (store_id, kind, dry_run) WHERE state = 'QUEUED';
CREATE UNIQUE INDEX one_open_import_per_store ON runs (store_id, kind, dry_run)
    WHERE kind IN ('IMPORT', 'IMPORT_INVENTORY') AND state IN ('QUEUED', 'RUNNING');
CREATE INDEX runs_by_store ON runs (store_id, id);
CREATE INDEX adjustments_by_item ON adjustments (item_id);
CREATE INDEX bindings_by_item ON bindings (item_id);
CREATE INDEX open_order_lines_by_product ON open_order_lines (store_id, product_id, variant_id);
CREATE INDEX schedules_by_due ON schedules (kind, due_at);
CREATE INDEX picking_lines_by_item ON picking_lines (item_id);
CREATE INDEX picks_by_order ON picks (picking_order_id);
CREATE INDEX shipments_by_order ON shipments (picking_order_id);
CREATE INDEX shipments_owed ON shipments (store_id, id) WHERE state IN ('OWED', 'TRIED');
CREATE UNIQUE INDEX one_end_of_day_per_date ON runs (store_id, local_date) WHERE local_date IS NOT NULL;
CREATE UNIQUE INDEX customers_of_store ON customers (store_id, store_customer_id) WHERE store_customer_id > 0;
CREATE UNIQUE INDEX guests_of_store ON customers (store_id, email_key) WHERE store_customer_id = 0;
CREATE INDEX customers_by_email ON customers (store_id, email_key);
CREATE INDEX changes_by_record ON changes (division_id, record_key, number);
CREATE INDEX items_by_name ON items (division_id, name_key, id, number_key);
CREATE INDEX picking_orders_by_customer ON picking_orders (division_id, store_id, customer_key, id, number_key, state,
    ordered_at, order_id);
CREATE INDEX picking_orders_by_state ON picking_orders (division_id, store_id, state DESC, id);
CREATE INDEX customers_by_name ON customers (division_id, store_id, name_key, id, email_key, company_key);
CREATE INDEX customers_sorted_by_email ON customers (division_id, store_id, email_key, id);
CREATE INDEX runs_by_kind ON runs (store_id, kind, id);
CREATE INDEX parked_records_by_reason ON parked_records (store_id, reason, id);
CREATE INDEX open_runs ON runs (store_id, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX picks_by_day ON picks (store_id, at, units);
CREATE INDEX shipments_by_day ON shipments (store_id, state, tried_at);
CREATE INDEX picking_orders_by_date ON picking_orders (division_id, store_id, ordered_at, id, state);
CREATE INDEX picking_orders_by_order ON picking_orders (division_id, store_id, order_id, id, state);
CREATE INDEX claimable_runs ON runs (id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX ended_runs ON runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX parked_records_by_run ON parked_records (run_id);
CREATE INDEX one_time_flags_by_run ON one_time_flags (run_id);
CREATE INDEX picks_by_item ON picks (item_id);
CREATE INDEX runs_that_compare ON runs (kind, store_id, id, state, ended_at, dry_run)
    WHERE kind IN ('END_OF_DAY', 'RECONCILIATION') AND dry_run = 0;
COMMIT;
