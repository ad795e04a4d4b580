--
-- PostgreSQL database dump
--

\restrict 1T2UO6D915zBQszd1XwhUOTTteasDMMj0fmVvwY1TqqdoCXM3C3yt8K8ts5nMAg

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: _sqlx_migrations; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);


ALTER TABLE public._sqlx_migrations OWNER TO postgres;

--
-- Name: adjustments; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.adjustments (
    id bigint NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    change bigint NOT NULL,
    on_hand bigint NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    request_id text NOT NULL,
    at bigint NOT NULL
);


ALTER TABLE public.adjustments OWNER TO postgres;

--
-- Name: audit; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    store_id bigint,
    action text NOT NULL,
    old_value text NOT NULL,
    new_value text NOT NULL
);


ALTER TABLE public.audit OWNER TO postgres;

--
-- Name: bindings; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.bindings (
    store_id bigint NOT NULL,
    product_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    item_id bigint NOT NULL,
    sku text NOT NULL,
    tracking text NOT NULL,
    orphaned_at bigint,
    CONSTRAINT bindings_tracking_check CHECK ((tracking = ANY (ARRAY['NONE'::text, 'PRODUCT'::text, 'VARIANT'::text])))
);


ALTER TABLE public.bindings OWNER TO postgres;

--
-- Name: carriers; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.carriers (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL
);


ALTER TABLE public.carriers OWNER TO postgres;

--
-- Name: changes; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.changes (
    division_id bigint NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    store_id bigint,
    run_id bigint,
    kind text NOT NULL,
    record text NOT NULL,
    record_key text NOT NULL,
    field text NOT NULL,
    old_value text NOT NULL,
    new_value text NOT NULL
);


ALTER TABLE public.changes OWNER TO postgres;

--
-- Name: configurations; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.configurations (
    store_id bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    saved_at bigint NOT NULL,
    saved_by text NOT NULL
);


ALTER TABLE public.configurations OWNER TO postgres;

--
-- Name: counts; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.counts (
    store_id bigint NOT NULL,
    product_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    in_store bigint,
    read_in bigint,
    published bigint,
    available bigint,
    sent_in bigint,
    sent_at bigint,
    moved bigint DEFAULT 0 NOT NULL,
    for_nothing bigint DEFAULT 0 NOT NULL,
    kept bigint DEFAULT 0 NOT NULL,
    returned bigint DEFAULT 0 NOT NULL,
    meant text
);


ALTER TABLE public.counts OWNER TO postgres;

--
-- Name: cursors; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.cursors (
    store_id bigint NOT NULL,
    phase text NOT NULL,
    since bigint NOT NULL,
    completed_at bigint
);


ALTER TABLE public.cursors OWNER TO postgres;

--
-- Name: customers; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.customers (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    store_id bigint NOT NULL,
    store_customer_id bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    company text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    phone text NOT NULL,
    address text NOT NULL,
    company_key text DEFAULT ''::text NOT NULL
);


ALTER TABLE public.customers OWNER TO postgres;

--
-- Name: division_stores; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.division_stores (
    division_id bigint NOT NULL,
    store_id bigint NOT NULL
);


ALTER TABLE public.division_stores OWNER TO postgres;

--
-- Name: divisions; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.divisions (
    id bigint NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    change_number bigint DEFAULT 0 NOT NULL
);


ALTER TABLE public.divisions OWNER TO postgres;

--
-- Name: events; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.events (
    store_id bigint NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    severity text NOT NULL,
    message text NOT NULL,
    change text NOT NULL
);


ALTER TABLE public.events OWNER TO postgres;

--
-- Name: facts; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.facts (
    name text NOT NULL,
    value text NOT NULL
);


ALTER TABLE public.facts OWNER TO postgres;

--
-- Name: inventory; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.inventory (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    on_hand bigint NOT NULL,
    opening_run bigint,
    changed_at bigint NOT NULL,
    CONSTRAINT inventory_on_hand_check CHECK ((on_hand >= 0))
);


ALTER TABLE public.inventory OWNER TO postgres;

--
-- Name: items; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.items (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    number text NOT NULL,
    number_key text NOT NULL,
    name text NOT NULL,
    uom_id bigint NOT NULL,
    upc text NOT NULL,
    price bigint,
    currency text NOT NULL,
    weight bigint,
    name_key text DEFAULT ''::text NOT NULL
);


ALTER TABLE public.items OWNER TO postgres;

--
-- Name: keys; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.keys (
    id text NOT NULL,
    kind text NOT NULL,
    store_id bigint,
    label text NOT NULL,
    secret_hash text NOT NULL,
    issued_at bigint NOT NULL,
    revoked_at bigint,
    CONSTRAINT keys_check CHECK (((kind = ANY (ARRAY['OPERATOR'::text, 'MONITOR'::text])) = (store_id IS NOT NULL))),
    CONSTRAINT keys_kind_check CHECK ((kind = ANY (ARRAY['ADMIN'::text, 'OPERATOR'::text, 'MONITOR'::text, 'MONITOR_ALL'::text])))
);


ALTER TABLE public.keys OWNER TO postgres;

--
-- Name: locations; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.locations (
    id bigint NOT NULL,
    site_id bigint NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL
);


ALTER TABLE public.locations OWNER TO postgres;

--
-- Name: one_time_flags; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.one_time_flags (
    store_id bigint NOT NULL,
    phase text NOT NULL,
    run_id bigint NOT NULL,
    set_at bigint NOT NULL
);


ALTER TABLE public.one_time_flags OWNER TO postgres;

--
-- Name: open_order_lines; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.open_order_lines (
    store_id bigint NOT NULL,
    order_id bigint NOT NULL,
    line_id bigint NOT NULL,
    product_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    quantity bigint NOT NULL,
    deducted bigint NOT NULL,
    shipped bigint DEFAULT 0 NOT NULL
);


ALTER TABLE public.open_order_lines OWNER TO postgres;

--
-- Name: order_states; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.order_states (
    store_id bigint NOT NULL,
    order_id bigint NOT NULL,
    wanted text NOT NULL,
    asked_at bigint NOT NULL,
    CONSTRAINT order_states_wanted_check CHECK ((wanted = ANY (ARRAY['SHIPPED'::text, 'COMPLETED'::text])))
);


ALTER TABLE public.order_states OWNER TO postgres;

--
-- Name: parked_records; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.parked_records (
    id bigint NOT NULL,
    store_id bigint NOT NULL,
    run_id bigint NOT NULL,
    kind text NOT NULL,
    record_id bigint NOT NULL,
    part_id bigint NOT NULL,
    record text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    parked_at bigint NOT NULL
);


ALTER TABLE public.parked_records OWNER TO postgres;

--
-- Name: phases; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.phases (
    run_id bigint NOT NULL,
    "position" bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    cursor text DEFAULT ''::text NOT NULL,
    created bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    parked bigint DEFAULT 0 NOT NULL,
    expected bigint DEFAULT 0 NOT NULL,
    began_at bigint,
    ended_at bigint,
    CONSTRAINT phases_state_check CHECK ((state = ANY (ARRAY['WAITING'::text, 'RUNNING'::text, 'DONE'::text, 'ALREADY_DONE'::text])))
);


ALTER TABLE public.phases OWNER TO postgres;

--
-- Name: picking_lines; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.picking_lines (
    picking_order_id bigint NOT NULL,
    line_id bigint NOT NULL,
    item_id bigint,
    product_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    name text NOT NULL,
    sku text NOT NULL,
    ordered bigint NOT NULL,
    picked bigint NOT NULL,
    parent_line_id bigint DEFAULT 0 NOT NULL,
    is_kit bigint DEFAULT 0 NOT NULL,
    shipped_before bigint DEFAULT 0 NOT NULL,
    given_back bigint DEFAULT 0 NOT NULL,
    CONSTRAINT picking_lines_check CHECK (((picked >= 0) AND (picked <= ordered))),
    CONSTRAINT picking_lines_is_kit_check CHECK ((is_kit = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT picking_lines_ordered_check CHECK ((ordered >= 0))
);


ALTER TABLE public.picking_lines OWNER TO postgres;

--
-- Name: picking_orders; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.picking_orders (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    number text NOT NULL,
    number_key text NOT NULL,
    store_id bigint NOT NULL,
    order_id bigint NOT NULL,
    consignment_id bigint NOT NULL,
    state text NOT NULL,
    problem text NOT NULL,
    store_status_id bigint NOT NULL,
    customer text NOT NULL,
    email text NOT NULL,
    ship_to text NOT NULL,
    method text NOT NULL,
    ordered_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    by_hand bigint DEFAULT 0 NOT NULL,
    customer_id bigint,
    customer_key text DEFAULT ''::text NOT NULL,
    CONSTRAINT picking_orders_by_hand_check CHECK ((by_hand = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT picking_orders_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'ON_HOLD'::text, 'CLOSED'::text, 'CANCELLED'::text])))
);


ALTER TABLE public.picking_orders OWNER TO postgres;

--
-- Name: picks; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.picks (
    id bigint NOT NULL,
    picking_order_id bigint NOT NULL,
    line_id bigint NOT NULL,
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    units bigint NOT NULL,
    actor text NOT NULL,
    request_id text NOT NULL,
    at bigint NOT NULL,
    store_id bigint,
    CONSTRAINT picks_units_check CHECK ((units > 0))
);


ALTER TABLE public.picks OWNER TO postgres;

--
-- Name: requests; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.requests (
    store_id bigint NOT NULL,
    request_id text NOT NULL,
    method text NOT NULL,
    outcome text NOT NULL,
    at bigint NOT NULL
);


ALTER TABLE public.requests OWNER TO postgres;

--
-- Name: resolutions; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.resolutions (
    store_id bigint NOT NULL,
    kind text NOT NULL,
    record_id bigint NOT NULL,
    part_id bigint NOT NULL,
    resolution text NOT NULL,
    value text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT resolutions_resolution_check CHECK ((resolution = ANY (ARRAY['LINK'::text, 'NUMBER'::text, 'SKIP'::text])))
);


ALTER TABLE public.resolutions OWNER TO postgres;

--
-- Name: run_exceptions; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.run_exceptions (
    run_id bigint NOT NULL,
    reason text NOT NULL,
    record text NOT NULL,
    detail text NOT NULL
);


ALTER TABLE public.run_exceptions OWNER TO postgres;

--
-- Name: run_reports; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.run_reports (
    run_id bigint NOT NULL,
    made_at bigint NOT NULL,
    body text NOT NULL
);


ALTER TABLE public.run_reports OWNER TO postgres;

--
-- Name: runs; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.runs (
    id bigint NOT NULL,
    store_id bigint NOT NULL,
    kind text NOT NULL,
    dry_run bigint NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    asked_at bigint NOT NULL,
    began_at bigint,
    ended_at bigint,
    configuration_revision bigint NOT NULL,
    store_started_at bigint,
    problem text DEFAULT ''::text NOT NULL,
    resumptions bigint DEFAULT 0 NOT NULL,
    lease_token bigint,
    lease_until bigint,
    local_date text,
    excess text DEFAULT ''::text NOT NULL,
    approved_run bigint,
    trace_parent text DEFAULT ''::text NOT NULL,
    CONSTRAINT runs_dry_run_check CHECK ((dry_run = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'COMPLETE'::text, 'COMPLETE_WITH_PARKED'::text, 'FAILED'::text, 'HELD'::text])))
);


ALTER TABLE public.runs OWNER TO postgres;

--
-- Name: schedules; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.schedules (
    store_id bigint NOT NULL,
    kind text NOT NULL,
    due_at bigint NOT NULL,
    unanswered bigint DEFAULT 0 NOT NULL
);


ALTER TABLE public.schedules OWNER TO postgres;

--
-- Name: sequences; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.sequences (
    name text NOT NULL,
    next bigint NOT NULL
);


ALTER TABLE public.sequences OWNER TO postgres;

--
-- Name: shipment_lines; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.shipment_lines (
    shipment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    units bigint NOT NULL,
    CONSTRAINT shipment_lines_units_check CHECK ((units > 0))
);


ALTER TABLE public.shipment_lines OWNER TO postgres;

--
-- Name: shipments; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.shipments (
    id bigint NOT NULL,
    store_id bigint NOT NULL,
    picking_order_id bigint NOT NULL,
    provider text NOT NULL,
    tracking_number text NOT NULL,
    state text NOT NULL,
    known text DEFAULT ''::text NOT NULL,
    tried_at bigint,
    tries bigint DEFAULT 0 NOT NULL,
    store_shipment_id bigint,
    problem text DEFAULT ''::text NOT NULL,
    actor text NOT NULL,
    request_id text NOT NULL,
    asked_at bigint NOT NULL,
    CONSTRAINT shipments_state_check CHECK ((state = ANY (ARRAY['OWED'::text, 'TRIED'::text, 'SENT'::text, 'REFUSED'::text])))
);


ALTER TABLE public.shipments OWNER TO postgres;

--
-- Name: shipping_methods; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.shipping_methods (
    carrier_id bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    zones text NOT NULL
);


ALTER TABLE public.shipping_methods OWNER TO postgres;

--
-- Name: sites; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.sites (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    auto_delete_zero_quantity bigint NOT NULL,
    CONSTRAINT sites_auto_delete_zero_quantity_check CHECK ((auto_delete_zero_quantity = ANY (ARRAY[(0)::bigint, (1)::bigint])))
);


ALTER TABLE public.sites OWNER TO postgres;

--
-- Name: stores; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.stores (
    id bigint NOT NULL,
    hash text NOT NULL,
    name text NOT NULL,
    domain text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    standard bigint NOT NULL,
    manual_sync bigint NOT NULL,
    state text NOT NULL,
    missing_scopes text NOT NULL,
    sealed_token text NOT NULL,
    event_number bigint DEFAULT 0 NOT NULL,
    connected_at bigint NOT NULL,
    deducts_when_placed bigint,
    CONSTRAINT stores_manual_sync_check CHECK ((manual_sync = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT stores_standard_check CHECK ((standard = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT stores_state_check CHECK ((state = ANY (ARRAY['CONNECTED'::text, 'REFUSED'::text])))
);


ALTER TABLE public.stores OWNER TO postgres;

--
-- Name: uoms; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.uoms (
    id bigint NOT NULL,
    division_id bigint NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    each_count bigint NOT NULL,
    CONSTRAINT uoms_each_count_check CHECK ((each_count > 0))
);


ALTER TABLE public.uoms OWNER TO postgres;

--
-- Data for Name: _sqlx_migrations; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public._sqlx_migrations (version, description, installed_on, success, checksum, execution_time) FROM stdin;
1	initial	2026-11-25 12:04:59.23106+00	t	\\x6c7dc638c031d20430a4f6ef1f733041303305655912de19ab1754aea9bee073e3d9a1b257dd38d226e7b983bf7a6e84	57325353
2	picking orders	2026-11-25 12:04:59.289+00	t	\\x0fd08b4bec56a90484cbadb6fbdd73e61d1a2492c1dab5444ee96e002d812311de292387bbe7df629bcc8c6f37d219bc	33551523
3	end of day	2026-11-25 12:04:59.323315+00	t	\\xc7ceb3f55c1f557635acdb8dc5a2e07f161296959658f9d239d877eea6fdffd3adec5bf44b86f3b9a07f7f54950bd6ef	7832778
4	customers and changes	2026-11-25 12:04:59.331453+00	t	\\x580f64ee7bbe15a1955ac3486f3cee6fae0cdcc9dbcde76caa6e2d70104cb8c220b093d8f8846d65fdc320b31d16812e	16341343
5	lists	2026-11-25 12:04:59.352986+00	t	\\xf6c5e2eef3b74ed180e5c3e169cf4ac646710b57af4f57729c6e258fdebfdc9e37886f7be583372ae66ab2597a25c59a	11433069
6	overview	2026-11-25 12:04:59.364255+00	t	\\x8714801f8c13cb4cda2849ba33285acff54822504a702077766c7d1f50d4af0e6a7c8de002ef05dd5f7429c891d451bd	10219944
7	many stores	2026-11-25 12:04:59.379924+00	t	\\x5c93d7e02ed6dd013524acc87128e997c840bf0fe4d34cc8667bf0a65eab4f76c05fc83974c14cfaef0bab9378b4f784	7368116
10	units in doubt	2026-11-25 12:04:59.387632+00	t	\\x0c63384e787a9f88b43f6d57f51476c3d359a8539e3fb898294e2956d77f81f1583f36b881ca8f59d83744b9075846e2	9213667
11	silence	2026-11-25 12:04:59.400625+00	t	\\x7d28b7a578a28acaa88b13ff29bfc501df87dc50a10044dea4b22492cfc77b6435036cd8dc9e7fe3b77e412d08fde527	2536506
12	kits	2026-11-25 12:04:59.402743+00	t	\\x4e2ef1c2cfa85354b886bf495c828882af3e01cee5f2819ca3aec12c66efad2d520a7eb9db801287698968a8f69eefac	1848716
20	unseen	2026-11-25 12:04:59.405016+00	t	\\x70bbef4fcb07545a043f9d1d1b1b9ffb106b4c39e7d1edb0e7ae2afcfb1beebfb8d3635a9b43e1ee26ca6deb18cb61b5	9401228
21	given back	2026-11-25 12:04:59.414752+00	t	\\x30a665aea9c968ea92dc81058a35f9e8009aa543006da65bcd24b623ba98ee46fabe31542c77529c288bc884a692955d	2478508
30	monitoring	2026-11-25 12:04:59.417386+00	t	\\x38ca5b36b071f309ba1be921f0a947c75a96d27b398a7d4af9ecabf660e1c48e7844381fb144a5b5cae9dae00fb46e0e	11274521
31	traces	2026-11-25 12:04:59.431975+00	t	\\x10bb73bfeea29af340fc4f614d4a968de60736a95d6bf5c2555e20dd2e628da4d97a6e728c1f611f4188583c20cb0791	2078949
\.


--
-- Data for Name: adjustments; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.adjustments (id, item_id, location_id, change, on_hand, reason, actor, request_id, at) FROM stdin;
\.


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.audit (id, at, actor, store_id, action, old_value, new_value) FROM stdin;
1	1795608299578	admin key 0ec94f50569661da (first)	1	connected the store		{"manual_sync":false,"standard":true}
2	1795608299605	operator key cb7ca9b6071c5594	1	saved the configuration		{"active_hours":null,"auto_sync":false,"division":"MAIN","drift_policy":"WAREHOUSE_WINS","end_of_day":false,"end_of_day_time":"18:00:00","excluded_locations":[],"guest_customer":"","guest_rule":"BY_EMAIL","hold_at_units":0,"hold_at_zero_percent":20,"imported_statuses":[11,9,8,3],"item_number_rules":["SKU","PRODUCT_ID"],"location":"A-01","open_orders":"DIVISION","order_prefix":null,"pickup_rule":"LEAVE","reconciliation_time":"03:00:00","safety_buffer":0,"set_order_status":true,"shipment_rule":"BY_HAND","site":"HQ","stock_decrease":"FOLLOW_STORE","stock_scope":"DEFAULT_SITE","stock_sites":[],"store_location_id":1,"sync_interval_minutes":15,"time_zone":"","uom":"EA"}
\.


--
-- Data for Name: bindings; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.bindings (store_id, product_id, variant_id, item_id, sku, tracking, orphaned_at) FROM stdin;
1	1	1	1	HECA-000001	VARIANT	\N
1	2	2	2	NOCA-000002	VARIANT	\N
1	3	3	3	HEHI-000003	VARIANT	\N
1	4	4	4	RIDR-000004	VARIANT	\N
1	5	5	5	STSH-000005	VARIANT	\N
1	6	6	6	STWA-000006	VARIANT	\N
1	7	7	7	WIMU-000007	VARIANT	\N
1	8	8	8	WIMU-000008	VARIANT	\N
1	9	9	9	RIMU-000009	VARIANT	\N
1	10	10	10	WATE-000010	VARIANT	\N
1	11	11	11	HETE-000011	VARIANT	\N
1	12	12	12	CORA-000012	VARIANT	\N
1	13	13	13	CASH-000013	VARIANT	\N
1	14	14	14	WASU-000014	VARIANT	\N
1	15	15	15	HETR-000015	VARIANT	\N
1	16	16	16	GLMU-000016	VARIANT	\N
1	17	17	17	NODR-000017	VARIANT	\N
1	18	18	18	COTR-000018	VARIANT	\N
1	19	19	19	QUHA-000019	VARIANT	\N
1	20	20	20	CACO-000020	VARIANT	\N
1	21	21	21	STSL-000021	VARIANT	\N
1	22	22	22	WISU-000022	VARIANT	\N
1	23	23	23	WIJA-000023	VARIANT	\N
1	24	24	24	WAMU-000024	VARIANT	\N
1	25	25	25	ALHE-000025	VARIANT	\N
1	26	26	26	RELA-000026	VARIANT	\N
1	27	27	27	HETR-000027	VARIANT	\N
1	28	28	28	NOWA-000028	VARIANT	\N
1	29	29	29	PATR-000029	VARIANT	\N
1	30	30	30	RUCA-000030	VARIANT	\N
1	31	31	31	EXTE-000031	VARIANT	\N
1	32	32	32	STCL-000032	VARIANT	\N
1	33	33	33	EXCL-000033	VARIANT	\N
1	34	34	34	FEHA-000034	VARIANT	\N
1	35	35	35	RIWA-000035	VARIANT	\N
1	36	36	36	WACA-000036	VARIANT	\N
1	37	37	37	FEGL-000037	VARIANT	\N
1	38	38	38	WAHA-000038	VARIANT	\N
1	39	39	39	HESO-000039	VARIANT	\N
1	40	40	40	NOBA-000040	VARIANT	\N
\.


--
-- Data for Name: carriers; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.carriers (id, division_id, name, name_key) FROM stdin;
1	1	Australia Post	australia post
2	1	Canada Post	canada post
3	1	Endicia	endicia
4	1	FedEx	fedex
5	1	Royal Mail	royal mail
6	1	ShipperHQ	shipperhq
7	1	Store shipping	store shipping
8	1	UPS	ups
9	1	USPS	usps
\.


--
-- Data for Name: changes; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.changes (division_id, number, at, actor, store_id, run_id, kind, record, record_key, field, old_value, new_value) FROM stdin;
1	1	1795608299756	run 1 (operator key cb7ca9b6071c5594)	1	1	IMPORT	Products	products	initial dataset		40 made, 0 changed
1	2	1795608299813	run 1 (operator key cb7ca9b6071c5594)	1	1	IMPORT	Inventory	inventory	initial dataset		40 made, 0 changed
1	3	1795608299905	run 1 (operator key cb7ca9b6071c5594)	1	1	IMPORT	Carriers	carriers	initial dataset		0 made, 0 changed
1	4	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Ada Brown	ada brown	customer		shopper1@example.com
1	5	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Bruno Haddad	bruno haddad	customer		shopper2@example.com
1	6	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Keiko Brown	keiko brown	customer		shopper3@example.com
1	7	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Emeka O'Neil	emeka o'neil	customer		shopper4@example.com
1	8	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Dalia O'Neil	dalia o'neil	customer		shopper5@example.com
1	9	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Hugo Castillo	hugo castillo	customer		shopper6@example.com
1	10	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Emeka Dubois	emeka dubois	customer		shopper7@example.com
1	11	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Grace Brown	grace brown	customer		shopper8@example.com
1	12	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Emeka Eriksen	emeka eriksen	customer		shopper9@example.com
1	13	1795608300114	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Jonas Eriksen	jonas eriksen	customer		shopper10@example.com
1	14	1795608300150	run 2 (operator key cb7ca9b6071c5594)	1	2	CUSTOMER	Jane Doe	jane doe	customer		janedoe@example.com
1	15	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-100	bc-100	state		open
1	16	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-100	bc-100	ordered of Heritage Silicone Camp Chair 1 (HECA-000001)	0	2
1	17	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-100	bc-100	ordered of Nomad Silicone Carabiner 2 (NOCA-000002)	0	1
1	18	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-101	bc-101	state		open
1	19	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-101	bc-101	ordered of Heritage Ripstop Hiking Boots 3 (HEHI-000003)	0	2
1	20	1795608300175	run 2 (operator key cb7ca9b6071c5594)	1	2	PICKING_ORDER	BC-101	bc-101	ordered of Ridge Carbon Dry Bag 4 (RIDR-000004)	0	1
1	21	1795608300287	operator key cb7ca9b6071c5594	1	\N	INVENTORY	HECA-000001	heca-000001	on hand in HQ / A-01	317	316
1	22	1795608300287	operator key cb7ca9b6071c5594	1	\N	PICKING_ORDER	BC-100	bc-100	picked of Heritage Silicone Camp Chair 1 (HECA-000001)	0	1
\.


--
-- Data for Name: configurations; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.configurations (store_id, revision, body, saved_at, saved_by) FROM stdin;
1	1	{"active_hours":null,"auto_sync":false,"division":"MAIN","drift_policy":"WAREHOUSE_WINS","end_of_day":false,"end_of_day_time":"18:00:00","excluded_locations":[],"guest_customer":"","guest_rule":"BY_EMAIL","hold_at_units":0,"hold_at_zero_percent":20,"imported_statuses":[11,9,8,3],"item_number_rules":["SKU","PRODUCT_ID"],"location":"A-01","open_orders":"DIVISION","order_prefix":null,"pickup_rule":"LEAVE","reconciliation_time":"03:00:00","safety_buffer":0,"set_order_status":true,"shipment_rule":"BY_HAND","site":"HQ","stock_decrease":"FOLLOW_STORE","stock_scope":"DEFAULT_SITE","stock_sites":[],"store_location_id":1,"sync_interval_minutes":15,"time_zone":"","uom":"EA"}	1795608299604	operator key cb7ca9b6071c5594
\.


--
-- Data for Name: counts; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.counts (store_id, product_id, variant_id, in_store, read_in, published, available, sent_in, sent_at, moved, for_nothing, kept, returned, meant) FROM stdin;
\.


--
-- Data for Name: cursors; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.cursors (store_id, phase, since, completed_at) FROM stdin;
1	PICKING_ORDERS	1795608000000	1795608300228
1	PRODUCTS	1795608000000	1795608300341
1	CUSTOMERS	1795608000000	1795608300348
\.


--
-- Data for Name: customers; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.customers (id, division_id, store_id, store_customer_id, name, name_key, company, email, email_key, phone, address, company_key) FROM stdin;
1	1	1	1	Ada Brown	ada brown		shopper1@example.com	shopper1@example.com	555-0177	455 Sunset Boulevard\nPortland Oregon 97209\nUnited States	
2	1	1	2	Bruno Haddad	bruno haddad		shopper2@example.com	shopper2@example.com	555-0118	383 Second Street\nBurlington Vermont 05401\nUnited States	
3	1	1	3	Keiko Brown	keiko brown		shopper3@example.com	shopper3@example.com	555-0178	553 Park Lane\nBoulder Colorado 80302\nUnited States	
4	1	1	4	Emeka O'Neil	emeka o'neil		shopper4@example.com	shopper4@example.com	555-0186	863 Maple Avenue\nSaint Paul Minnesota 55102\nUnited States	
5	1	1	5	Dalia O'Neil	dalia o'neil	Company 5	shopper5@example.com	shopper5@example.com	555-0192	687 Cedar Street\nSaint Paul Minnesota 55102\nUnited States	company 5
6	1	1	6	Hugo Castillo	hugo castillo		shopper6@example.com	shopper6@example.com	555-0101	940 Cedar Street\nBurlington Vermont 05401\nUnited States	
7	1	1	7	Emeka Dubois	emeka dubois	Company 7	shopper7@example.com	shopper7@example.com	555-0181	719 Sunset Boulevard\nCañon City Colorado 81212\nUnited States	company 7
8	1	1	8	Grace Brown	grace brown	Company 8	shopper8@example.com	shopper8@example.com	555-0102	930 Main Street\nBurlington Vermont 05401\nUnited States	company 8
9	1	1	9	Emeka Eriksen	emeka eriksen		shopper9@example.com	shopper9@example.com	555-0183	118 River Drive\nAustin Texas 78751\nUnited States	
10	1	1	10	Jonas Eriksen	jonas eriksen	Company 10	shopper10@example.com	shopper10@example.com	555-0134	766 Old Mill Road\nCañon City Colorado 81212\nUnited States	company 10
11	1	1	0	Jane Doe	jane doe		janedoe@example.com	janedoe@example.com	555-123-4567	Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States	
\.


--
-- Data for Name: division_stores; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.division_stores (division_id, store_id) FROM stdin;
1	1
\.


--
-- Data for Name: divisions; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.divisions (id, code, code_key, change_number) FROM stdin;
1	MAIN	main	22
\.


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.events (store_id, number, at, severity, message, change) FROM stdin;
1	1	1795608299581	INFO	admin key 0ec94f50569661da (first) connected the store.	"Store"
1	2	1795608299611	INFO	The configuration was saved by operator key cb7ca9b6071c5594.	{"Configuration":1}
1	3	1795608299629	INFO	Import Products, Inventory, and Carriers was asked for by operator key cb7ca9b6071c5594.	{"Run":1}
1	4	1795608299714	INFO	Products begins.	{"Run":1}
1	5	1795608299767	INFO	Inventory begins.	{"Run":1}
1	6	1795608299819	INFO	Carriers begins.	{"Run":1}
1	7	1795608299962	INFO	Import Products, Inventory, and Carriers is complete.	{"Run":1}
1	8	1795608300021	INFO	Sync was asked for by operator key cb7ca9b6071c5594.	{"Run":2}
1	9	1795608300087	INFO	Products begins.	{"Run":2}
1	10	1795608300103	INFO	Customers begins.	{"Run":2}
1	11	1795608300119	INFO	Picking orders begins.	{"Run":2}
1	12	1795608300239	INFO	Sync is complete.	{"Run":2}
1	13	1795608300315	INFO	Sync was asked for by operator key cb7ca9b6071c5594.	{"Run":3}
1	14	1795608300331	INFO	Products begins.	{"Run":3}
1	15	1795608300346	INFO	Customers begins.	{"Run":3}
1	16	1795608300349	INFO	Picking orders begins.	{"Run":3}
1	17	1795608300368	INFO	End of Day was asked for by operator key cb7ca9b6071c5594.	{"Run":4}
\.


--
-- Data for Name: facts; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.facts (name, value) FROM stdin;
encryption_key_check	4fbc83bf19a7abe3451faa2ef7b895de318769c96afe829a56acb508d9416967
first_admin_key	issued
\.


--
-- Data for Name: inventory; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.inventory (item_id, location_id, on_hand, opening_run, changed_at) FROM stdin;
2	1	374	1	1795608299789
3	1	132	1	1795608299789
4	1	50	1	1795608299789
5	1	11	1	1795608299789
6	1	65	1	1795608299789
7	1	153	1	1795608299789
8	1	285	1	1795608299789
9	1	210	1	1795608299789
10	1	18	1	1795608299789
11	1	331	1	1795608299789
12	1	87	1	1795608299789
13	1	196	1	1795608299789
14	1	332	1	1795608299789
15	1	240	1	1795608299789
16	1	65	1	1795608299789
17	1	22	1	1795608299789
18	1	327	1	1795608299789
19	1	77	1	1795608299789
20	1	135	1	1795608299789
21	1	175	1	1795608299789
22	1	60	1	1795608299789
23	1	242	1	1795608299789
24	1	34	1	1795608299789
25	1	112	1	1795608299789
26	1	50	1	1795608299789
27	1	361	1	1795608299789
28	1	39	1	1795608299789
29	1	217	1	1795608299789
30	1	150	1	1795608299789
31	1	295	1	1795608299789
32	1	206	1	1795608299789
33	1	284	1	1795608299789
34	1	92	1	1795608299789
35	1	250	1	1795608299789
36	1	237	1	1795608299789
37	1	163	1	1795608299789
38	1	73	1	1795608299789
39	1	351	1	1795608299789
40	1	334	1	1795608299789
1	1	316	\N	1795608300275
\.


--
-- Data for Name: items; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.items (id, division_id, number, number_key, name, uom_id, upc, price, currency, weight, name_key) FROM stdin;
1	1	HECA-000001	heca-000001	Heritage Silicone Camp Chair 1	1	224208164669	1230000	USD	605000	heritage silicone camp chair 1
2	1	NOCA-000002	noca-000002	Nomad Silicone Carabiner 2	1	391644580381	130000	USD	27500	nomad silicone carabiner 2
3	1	HEHI-000003	hehi-000003	Heritage Ripstop Hiking Boots 3	1	217294301858	1840000	USD	447500	heritage ripstop hiking boots 3
4	1	RIDR-000004	ridr-000004	Ridge Carbon Dry Bag 4	1	947998553148	470000	USD	77500	ridge carbon dry bag 4
5	1	STSH-000005	stsh-000005	Storm Fleece Shorts 5	1	444113010146	910000	USD	87500	storm fleece shorts 5
6	1	STWA-000006	stwa-000006	Stretch Bamboo Water Bottle 6	1	640400245835	300000	USD	90000	stretch bamboo water bottle 6
7	1	WIMU-000007	wimu-000007	Windproof Bamboo Multi-Tool 7	1	787524929875	900000	USD	95000	windproof bamboo multi-tool 7
8	1	WIMU-000008	wimu-000008	Windproof Softshell Multi-Tool 8	1	064608125741	940000	USD	87500	windproof softshell multi-tool 8
9	1	RIMU-000009	rimu-000009	Ridge Fleece Mug 9	1	868038397098	160000	USD	72500	ridge fleece mug 9
10	1	WATE-000010	wate-000010	Waterproof Titanium Tent 10	1	537404537477	3780000	USD	965000	waterproof titanium tent 10
11	1	HETE-000011	hete-000011	Heritage Canvas Tent 11	1	136541018953	3470000	USD	962500	heritage canvas tent 11
12	1	CORA-000012	cora-000012	Compact Nylon Rain Cover 12	1	261013775776	410000	USD	60000	compact nylon rain cover 12
13	1	CASH-000013	cash-000013	Canyon Nylon Shorts 13	1	337531433486	830000	USD	87500	canyon nylon shorts 13
14	1	WASU-000014	wasu-000014	Waterproof Carbon Sun Hat 14	1	983772841740	320000	USD	50000	waterproof carbon sun hat 14
15	1	HETR-000015	hetr-000015	Heritage Steel Trekking Poles 15	1	156789438385	1340000	USD	195000	heritage steel trekking poles 15
16	1	GLMU-000016	glmu-000016	Glacier Steel Multi-Tool 16	1	992589721799	930000	USD	92500	glacier steel multi-tool 16
17	1	NODR-000017	nodr-000017	Nomad Steel Dry Bag 17	1	587278535308	270000	USD	77500	nomad steel dry bag 17
18	1	COTR-000018	cotr-000018	Convertible Titanium Trekking Poles 18	1	444216396348	1180000	USD	192500	convertible titanium trekking poles 18
19	1	QUHA-000019	quha-000019	Quick-Dry Fleece Hammock 19	1	666573987193	1090000	USD	195000	quick-dry fleece hammock 19
20	1	CACO-000020	caco-000020	Canyon Cork Cook Set 20	1	209680515305	940000	USD	217500	canyon cork cook set 20
21	1	STSL-000021	stsl-000021	Storm Down Sleeping Bag 21	1	741308841050	2390000	USD	410000	storm down sleeping bag 21
22	1	WISU-000022	wisu-000022	Windproof Cordura Sun Hat 22	1	876068274507	630000	USD	57500	windproof cordura sun hat 22
23	1	WIJA-000023	wija-000023	Windproof Softshell Jacket 23	1	248620142297	2130000	USD	230000	windproof softshell jacket 23
24	1	WAMU-000024	wamu-000024	Waterproof Silicone Mug 24	1	712360972455	330000	USD	65000	waterproof silicone mug 24
25	1	ALHE-000025	alhe-000025	Alpine Titanium Headlamp 25	1	674996710763	650000	USD	40000	alpine titanium headlamp 25
26	1	RELA-000026	rela-000026	Reflective Cordura Lantern 26	1	737504560868	570000	USD	127500	reflective cordura lantern 26
27	1	HETR-000027	hetr-000027	Heritage Steel Trekking Poles 27	1	015470514738	990000	USD	195000	heritage steel trekking poles 27
28	1	NOWA-000028	nowa-000028	Nomad Titanium Water Bottle 28	1	897476811643	290000	USD	100000	nomad titanium water bottle 28
29	1	PATR-000029	patr-000029	Packable Nylon Trekking Poles 29	1	418532747618	1350000	USD	195000	packable nylon trekking poles 29
30	1	RUCA-000030	ruca-000030	Rugged Fleece Camp Stove 30	1	086070614796	1160000	USD	150000	rugged fleece camp stove 30
31	1	EXTE-000031	exte-000031	Expedition Fleece Tent 31	1	093753561522	3810000	USD	962500	expedition fleece tent 31
32	1	STCL-000032	stcl-000032	Storm Flannel Climbing Rope 32	1	051066502947	2350000	USD	1400000	storm flannel climbing rope 32
33	1	EXCL-000033	excl-000033	Expedition Bamboo Climbing Rope 33	1	524340171625	1950000	USD	1417500	expedition bamboo climbing rope 33
34	1	FEHA-000034	feha-000034	Featherlight Cork Harness 34	1	564935342987	880000	USD	152500	featherlight cork harness 34
35	1	RIWA-000035	riwa-000035	Ridge Cordura Water Bottle 35	1	970293167730	560000	USD	100000	ridge cordura water bottle 35
36	1	WACA-000036	waca-000036	Waterproof Bamboo Camp Stove 36	1	070865073426	720000	USD	140000	waterproof bamboo camp stove 36
37	1	FEGL-000037	fegl-000037	Featherlight Cork Gloves 37	1	274877409878	470000	USD	52500	featherlight cork gloves 37
38	1	WAHA-000038	waha-000038	Waterproof Steel Hammock 38	1	649884585517	700000	USD	192500	waterproof steel hammock 38
39	1	HESO-000039	heso-000039	Heritage Ripstop Socks 39	1	243244432702	110000	USD	45000	heritage ripstop socks 39
40	1	NOBA-000040	noba-000040	Nomad Down Backpack 40	1	837621084913	1550000	USD	487500	nomad down backpack 40
\.


--
-- Data for Name: keys; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.keys (id, kind, store_id, label, secret_hash, issued_at, revoked_at) FROM stdin;
0ec94f50569661da	ADMIN	\N	first	38bc59effba82401bcc1b1aa0378256a135897976164498158a2ae365c5d7bd8	1795608299483	\N
cb7ca9b6071c5594	OPERATOR	1		168b2f420ffb169fb1bea2f751867869238cbd46bb3690bfd7287dc79a2ba382	1795608299577	\N
\.


--
-- Data for Name: locations; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.locations (id, site_id, code, code_key) FROM stdin;
1	1	A-01	a-01
\.


--
-- Data for Name: one_time_flags; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.one_time_flags (store_id, phase, run_id, set_at) FROM stdin;
1	PRODUCTS	1	1795608299754
1	INVENTORY	1	1795608299812
1	CARRIERS	1	1795608299886
\.


--
-- Data for Name: open_order_lines; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.open_order_lines (store_id, order_id, line_id, product_id, variant_id, quantity, deducted, shipped) FROM stdin;
1	100	2	1	1	2	2	0
1	100	3	2	2	1	1	0
1	101	5	3	3	2	2	0
1	101	6	4	4	1	1	0
\.


--
-- Data for Name: order_states; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.order_states (store_id, order_id, wanted, asked_at) FROM stdin;
\.


--
-- Data for Name: parked_records; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.parked_records (id, store_id, run_id, kind, record_id, part_id, record, reason, detail, parked_at) FROM stdin;
\.


--
-- Data for Name: phases; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.phases (run_id, "position", kind, state, cursor, created, updated, unchanged, skipped, parked, expected, began_at, ended_at) FROM stdin;
1	0	PRODUCTS	DONE	{"after":40,"in_store":40,"parked_variants":0,"products":40,"variants":40}	40	0	0	0	0	40	1795608299713	1795608299754
1	1	INVENTORY	DONE	{"stage":{"Pages":{"next":2,"since":1795608297016}},"units":7152}	40	0	0	0	0	40	1795608299764	1795608299812
1	2	CARRIERS	DONE		9	0	0	0	0	9	1795608299819	1795608299886
2	0	PRODUCTS	DONE	{"after":40,"in_store":40,"parked_variants":0,"products":40,"variants":40}	0	0	40	0	0	40	1795608300087	1795608300096
2	1	CUSTOMERS	DONE		10	0	0	0	0	10	1795608300103	1795608300116
2	2	PICKING_ORDERS	DONE	{"list":9,"next":0}	2	0	2	0	0	0	1795608300119	1795608300228
3	0	PRODUCTS	DONE		0	0	0	0	0	0	1795608300331	1795608300341
3	1	CUSTOMERS	DONE		0	0	0	0	0	0	1795608300345	1795608300348
3	2	PICKING_ORDERS	RUNNING		0	0	0	0	0	0	1795608300349	\N
4	0	SHIPMENTS	WAITING		0	0	0	0	0	0	\N	\N
4	1	PICKING_ORDERS	WAITING		0	0	0	0	0	0	\N	\N
4	2	COUNTS	WAITING		0	0	0	0	0	0	\N	\N
\.


--
-- Data for Name: picking_lines; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.picking_lines (picking_order_id, line_id, item_id, product_id, variant_id, name, sku, ordered, picked, parent_line_id, is_kit, shipped_before, given_back) FROM stdin;
1	3	2	2	2	Nomad Silicone Carabiner 2	NOCA-000002	1	0	0	0	0	0
2	5	3	3	3	Heritage Ripstop Hiking Boots 3	HEHI-000003	2	0	0	0	0	0
2	6	4	4	4	Ridge Carbon Dry Bag 4	RIDR-000004	1	0	0	0	0	0
1	2	1	1	1	Heritage Silicone Camp Chair 1	HECA-000001	2	1	0	0	0	0
\.


--
-- Data for Name: picking_orders; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.picking_orders (id, division_id, number, number_key, store_id, order_id, consignment_id, state, problem, store_status_id, customer, email, ship_to, method, ordered_at, changed_at, by_hand, customer_id, customer_key) FROM stdin;
2	1	BC-101	bc-101	1	101	4	OPEN		11	Jane Doe	janedoe@example.com	Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States	Flat Rate	1795608297000	1795608300126	0	11	jane doe
1	1	BC-100	bc-100	1	100	1	OPEN		11	Jane Doe	janedoe@example.com	Jane Doe\n455 Main Street\nAustin Texas 78751\nUnited States	Flat Rate	1795608297000	1795608300275	0	11	jane doe
\.


--
-- Data for Name: picks; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.picks (id, picking_order_id, line_id, item_id, location_id, units, actor, request_id, at, store_id) FROM stdin;
1	1	2	1	1	1	operator key cb7ca9b6071c5594	earlier	1795608300275	1
\.


--
-- Data for Name: requests; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.requests (store_id, request_id, method, outcome, at) FROM stdin;
\.


--
-- Data for Name: resolutions; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.resolutions (store_id, kind, record_id, part_id, resolution, value, actor, at) FROM stdin;
\.


--
-- Data for Name: run_exceptions; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.run_exceptions (run_id, reason, record, detail) FROM stdin;
1	ADDED_BACK	product 1, variant 1, SKU HECA-000001	315 in the store + 2 in open orders = 317
1	ADDED_BACK	product 2, variant 2, SKU NOCA-000002	373 in the store + 1 in open orders = 374
1	ADDED_BACK	product 3, variant 3, SKU HEHI-000003	130 in the store + 2 in open orders = 132
1	ADDED_BACK	product 4, variant 4, SKU RIDR-000004	49 in the store + 1 in open orders = 50
\.


--
-- Data for Name: run_reports; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.run_reports (run_id, made_at, body) FROM stdin;
1	1795608299944	{"checks":[{"explanation":"40 in the store's own summary; 40 have an item, 0 are parked, 0 belong to no product","name":"Variants","store":40,"warehouse":40},{"explanation":"made from 40 products with 40 variants","name":"Items","store":40,"warehouse":40},{"explanation":"7146 counted in the store and 6 added back for open orders","name":"Units on hand","store":7152,"warehouse":7152}],"place":{"division":"MAIN","location":"A-01","site":"HQ","uom":"EA"}}
\.


--
-- Data for Name: runs; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.runs (id, store_id, kind, dry_run, state, asked_by, asked_at, began_at, ended_at, configuration_revision, store_started_at, problem, resumptions, lease_token, lease_until, local_date, excess, approved_run, trace_parent) FROM stdin;
3	1	SYNC	0	RUNNING	operator key cb7ca9b6071c5594	1795608300306	1795608300316	\N	1	1795608300000		0	5276332441536187525	1795608301318	\N		\N	
4	1	END_OF_DAY	0	QUEUED	operator key cb7ca9b6071c5594	1795608300366	\N	\N	1	\N		0	\N	\N	\N		\N	
1	1	IMPORT	0	COMPLETE	operator key cb7ca9b6071c5594	1795608299621	1795608299631	1795608299959	1	1795608299000		0	\N	\N	\N		\N	
2	1	SYNC	0	COMPLETE	operator key cb7ca9b6071c5594	1795608300019	1795608300022	1795608300231	1	1795608300000		0	\N	\N	\N		\N	
\.


--
-- Data for Name: schedules; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.schedules (store_id, kind, due_at, unanswered) FROM stdin;
\.


--
-- Data for Name: sequences; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.sequences (name, next) FROM stdin;
stores	10001
divisions	10001
uoms	10001
sites	10001
locations	10001
audit	10001
runs	10001
items	10001
carriers	10001
customers	10001
picking_orders	10001
picks	10001
\.


--
-- Data for Name: shipment_lines; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.shipment_lines (shipment_id, line_id, units) FROM stdin;
\.


--
-- Data for Name: shipments; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.shipments (id, store_id, picking_order_id, provider, tracking_number, state, known, tried_at, tries, store_shipment_id, problem, actor, request_id, asked_at) FROM stdin;
\.


--
-- Data for Name: shipping_methods; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.shipping_methods (carrier_id, name, name_key, zones) FROM stdin;
4	FedEx	fedex	["Domestic"]
4	FedEx International	fedex international	["Europe"]
7	Flat Rate	flat rate	["Domestic"]
8	UPS®	ups®	["Domestic","Europe"]
9	USPS®	usps®	["Domestic"]
9	USPS® International	usps® international	["Rest of world"]
\.


--
-- Data for Name: sites; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.sites (id, division_id, code, code_key, auto_delete_zero_quantity) FROM stdin;
1	1	HQ	hq	1
\.


--
-- Data for Name: stores; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.stores (id, hash, name, domain, time_zone, currency, standard, manual_sync, state, missing_scopes, sealed_token, event_number, connected_at, deducts_when_placed) FROM stdin;
1	sandbox1	Northridge Outfitters	northridge.example.com	America/Chicago	USD	1	0	CONNECTED	[]	17f21c5847ad623385e3e7519a781e931eb0bd78336fbbbde7d2f8d150a585420039390401756de641fbdee3a4569ad1dd64e11f71454704ddf6e01ee620fb9da3caddf3f4229a	17	1795608299547	\N
\.


--
-- Data for Name: uoms; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.uoms (id, division_id, code, code_key, each_count) FROM stdin;
1	1	EA	ea	1
\.


--
-- Name: _sqlx_migrations _sqlx_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);


--
-- Name: adjustments adjustments_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT adjustments_pkey PRIMARY KEY (id);


--
-- Name: adjustments adjustments_request_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT adjustments_request_id_key UNIQUE (request_id);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: bindings bindings_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_pkey PRIMARY KEY (store_id, product_id, variant_id);


--
-- Name: carriers carriers_division_id_name_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_division_id_name_key_key UNIQUE (division_id, name_key);


--
-- Name: carriers carriers_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_pkey PRIMARY KEY (id);


--
-- Name: changes changes_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (division_id, number);


--
-- Name: configurations configurations_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.configurations
    ADD CONSTRAINT configurations_pkey PRIMARY KEY (store_id, revision);


--
-- Name: counts counts_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.counts
    ADD CONSTRAINT counts_pkey PRIMARY KEY (store_id, product_id, variant_id);


--
-- Name: cursors cursors_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.cursors
    ADD CONSTRAINT cursors_pkey PRIMARY KEY (store_id, phase);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: division_stores division_stores_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.division_stores
    ADD CONSTRAINT division_stores_pkey PRIMARY KEY (division_id, store_id);


--
-- Name: divisions divisions_code_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.divisions
    ADD CONSTRAINT divisions_code_key_key UNIQUE (code_key);


--
-- Name: divisions divisions_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.divisions
    ADD CONSTRAINT divisions_pkey PRIMARY KEY (id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (store_id, number);


--
-- Name: facts facts_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);


--
-- Name: inventory inventory_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.inventory
    ADD CONSTRAINT inventory_pkey PRIMARY KEY (item_id, location_id);


--
-- Name: items items_division_id_number_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_division_id_number_key_key UNIQUE (division_id, number_key);


--
-- Name: items items_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);


--
-- Name: keys keys_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (id);


--
-- Name: locations locations_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_pkey PRIMARY KEY (id);


--
-- Name: locations locations_site_id_code_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_site_id_code_key_key UNIQUE (site_id, code_key);


--
-- Name: one_time_flags one_time_flags_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.one_time_flags
    ADD CONSTRAINT one_time_flags_pkey PRIMARY KEY (store_id, phase);


--
-- Name: open_order_lines open_order_lines_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.open_order_lines
    ADD CONSTRAINT open_order_lines_pkey PRIMARY KEY (store_id, order_id, line_id);


--
-- Name: order_states order_states_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.order_states
    ADD CONSTRAINT order_states_pkey PRIMARY KEY (store_id, order_id);


--
-- Name: parked_records parked_records_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.parked_records
    ADD CONSTRAINT parked_records_pkey PRIMARY KEY (id);


--
-- Name: parked_records parked_records_store_id_kind_product_id_variant_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.parked_records
    ADD CONSTRAINT parked_records_store_id_kind_product_id_variant_id_key UNIQUE (store_id, kind, record_id, part_id);


--
-- Name: phases phases_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.phases
    ADD CONSTRAINT phases_pkey PRIMARY KEY (run_id, "position");


--
-- Name: picking_lines picking_lines_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_lines
    ADD CONSTRAINT picking_lines_pkey PRIMARY KEY (picking_order_id, line_id);


--
-- Name: picking_orders picking_orders_division_id_number_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_division_id_number_key_key UNIQUE (division_id, number_key);


--
-- Name: picking_orders picking_orders_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_pkey PRIMARY KEY (id);


--
-- Name: picking_orders picking_orders_store_id_order_id_consignment_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_store_id_order_id_consignment_id_key UNIQUE (store_id, order_id, consignment_id);


--
-- Name: picks picks_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_pkey PRIMARY KEY (id);


--
-- Name: picks picks_request_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_request_id_key UNIQUE (request_id);


--
-- Name: requests requests_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (store_id, method, request_id);


--
-- Name: resolutions resolutions_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.resolutions
    ADD CONSTRAINT resolutions_pkey PRIMARY KEY (store_id, kind, record_id, part_id);


--
-- Name: run_exceptions run_exceptions_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.run_exceptions
    ADD CONSTRAINT run_exceptions_pkey PRIMARY KEY (run_id, reason, record);


--
-- Name: run_reports run_reports_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.run_reports
    ADD CONSTRAINT run_reports_pkey PRIMARY KEY (run_id);


--
-- Name: runs runs_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);


--
-- Name: schedules schedules_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (store_id, kind);


--
-- Name: sequences sequences_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.sequences
    ADD CONSTRAINT sequences_pkey PRIMARY KEY (name);


--
-- Name: shipment_lines shipment_lines_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipment_lines
    ADD CONSTRAINT shipment_lines_pkey PRIMARY KEY (shipment_id, line_id);


--
-- Name: shipments shipments_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipments
    ADD CONSTRAINT shipments_pkey PRIMARY KEY (id);


--
-- Name: shipments shipments_request_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipments
    ADD CONSTRAINT shipments_request_id_key UNIQUE (request_id);


--
-- Name: shipments shipments_store_id_store_shipment_id_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipments
    ADD CONSTRAINT shipments_store_id_store_shipment_id_key UNIQUE (store_id, store_shipment_id);


--
-- Name: shipping_methods shipping_methods_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipping_methods
    ADD CONSTRAINT shipping_methods_pkey PRIMARY KEY (carrier_id, name_key);


--
-- Name: sites sites_division_id_code_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_division_id_code_key_key UNIQUE (division_id, code_key);


--
-- Name: sites sites_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (id);


--
-- Name: stores stores_hash_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.stores
    ADD CONSTRAINT stores_hash_key UNIQUE (hash);


--
-- Name: stores stores_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.stores
    ADD CONSTRAINT stores_pkey PRIMARY KEY (id);


--
-- Name: uoms uoms_division_id_code_key_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.uoms
    ADD CONSTRAINT uoms_division_id_code_key_key UNIQUE (division_id, code_key);


--
-- Name: uoms uoms_division_id_each_count_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.uoms
    ADD CONSTRAINT uoms_division_id_each_count_key UNIQUE (division_id, each_count);


--
-- Name: uoms uoms_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.uoms
    ADD CONSTRAINT uoms_pkey PRIMARY KEY (id);


--
-- Name: adjustments_by_item; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX adjustments_by_item ON public.adjustments USING btree (item_id);


--
-- Name: bindings_by_item; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX bindings_by_item ON public.bindings USING btree (item_id);


--
-- Name: changes_by_record; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX changes_by_record ON public.changes USING btree (division_id, record_key, number);


--
-- Name: claimable_runs; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX claimable_runs ON public.runs USING btree (id) WHERE (state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text]));


--
-- Name: customers_by_email; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX customers_by_email ON public.customers USING btree (store_id, email_key);


--
-- Name: customers_by_name; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX customers_by_name ON public.customers USING btree (division_id, store_id, name_key, id, email_key, company_key);


--
-- Name: customers_of_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX customers_of_store ON public.customers USING btree (store_id, store_customer_id) WHERE (store_customer_id > 0);


--
-- Name: customers_sorted_by_email; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX customers_sorted_by_email ON public.customers USING btree (division_id, store_id, email_key, id);


--
-- Name: ended_runs; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX ended_runs ON public.runs USING btree (ended_at) WHERE (ended_at IS NOT NULL);


--
-- Name: guests_of_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX guests_of_store ON public.customers USING btree (store_id, email_key) WHERE (store_customer_id = 0);


--
-- Name: items_by_name; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX items_by_name ON public.items USING btree (division_id, name_key, id, number_key);


--
-- Name: keys_by_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX keys_by_store ON public.keys USING btree (store_id);


--
-- Name: one_end_of_day_per_date; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX one_end_of_day_per_date ON public.runs USING btree (store_id, local_date) WHERE (local_date IS NOT NULL);


--
-- Name: one_open_import_per_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX one_open_import_per_store ON public.runs USING btree (store_id, kind, dry_run) WHERE ((kind = ANY (ARRAY['IMPORT'::text, 'IMPORT_INVENTORY'::text])) AND (state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text])));


--
-- Name: one_queued_run_per_kind; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX one_queued_run_per_kind ON public.runs USING btree (store_id, kind, dry_run) WHERE (state = 'QUEUED'::text);


--
-- Name: one_running_run_per_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX one_running_run_per_store ON public.runs USING btree (store_id) WHERE (state = 'RUNNING'::text);


--
-- Name: one_time_flags_by_run; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX one_time_flags_by_run ON public.one_time_flags USING btree (run_id);


--
-- Name: open_order_lines_by_product; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX open_order_lines_by_product ON public.open_order_lines USING btree (store_id, product_id, variant_id);


--
-- Name: open_runs; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX open_runs ON public.runs USING btree (store_id, id) WHERE (state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text]));


--
-- Name: parked_records_by_reason; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX parked_records_by_reason ON public.parked_records USING btree (store_id, reason, id);


--
-- Name: parked_records_by_run; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX parked_records_by_run ON public.parked_records USING btree (run_id);


--
-- Name: picking_lines_by_item; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picking_lines_by_item ON public.picking_lines USING btree (item_id);


--
-- Name: picking_orders_by_customer; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picking_orders_by_customer ON public.picking_orders USING btree (division_id, store_id, customer_key, id, number_key, state, ordered_at, order_id);


--
-- Name: picking_orders_by_date; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picking_orders_by_date ON public.picking_orders USING btree (division_id, store_id, ordered_at, id, state);


--
-- Name: picking_orders_by_order; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picking_orders_by_order ON public.picking_orders USING btree (division_id, store_id, order_id, id, state);


--
-- Name: picking_orders_by_state; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picking_orders_by_state ON public.picking_orders USING btree (division_id, store_id, state DESC, id);


--
-- Name: picks_by_day; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picks_by_day ON public.picks USING btree (store_id, at, units);


--
-- Name: picks_by_item; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picks_by_item ON public.picks USING btree (item_id);


--
-- Name: picks_by_order; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX picks_by_order ON public.picks USING btree (picking_order_id);


--
-- Name: runs_by_kind; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX runs_by_kind ON public.runs USING btree (store_id, kind, id);


--
-- Name: runs_by_store; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX runs_by_store ON public.runs USING btree (store_id, id);


--
-- Name: runs_that_compare; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX runs_that_compare ON public.runs USING btree (kind, store_id, id, state, ended_at, dry_run) WHERE ((kind = ANY (ARRAY['END_OF_DAY'::text, 'RECONCILIATION'::text])) AND (dry_run = 0));


--
-- Name: schedules_by_due; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX schedules_by_due ON public.schedules USING btree (kind, due_at);


--
-- Name: shipments_by_day; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX shipments_by_day ON public.shipments USING btree (store_id, state, tried_at);


--
-- Name: shipments_by_order; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX shipments_by_order ON public.shipments USING btree (picking_order_id);


--
-- Name: shipments_owed; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX shipments_owed ON public.shipments USING btree (store_id, id) WHERE (state = ANY (ARRAY['OWED'::text, 'TRIED'::text]));


--
-- Name: adjustments adjustments_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT adjustments_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);


--
-- Name: adjustments adjustments_location_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT adjustments_location_id_fkey FOREIGN KEY (location_id) REFERENCES public.locations(id);


--
-- Name: audit audit_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: bindings bindings_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);


--
-- Name: bindings bindings_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: carriers carriers_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: changes changes_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: changes changes_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: configurations configurations_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.configurations
    ADD CONSTRAINT configurations_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: counts counts_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.counts
    ADD CONSTRAINT counts_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: cursors cursors_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.cursors
    ADD CONSTRAINT cursors_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: customers customers_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: customers customers_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: division_stores division_stores_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.division_stores
    ADD CONSTRAINT division_stores_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: division_stores division_stores_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.division_stores
    ADD CONSTRAINT division_stores_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: events events_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: inventory inventory_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.inventory
    ADD CONSTRAINT inventory_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);


--
-- Name: inventory inventory_location_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.inventory
    ADD CONSTRAINT inventory_location_id_fkey FOREIGN KEY (location_id) REFERENCES public.locations(id);


--
-- Name: items items_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: items items_uom_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_uom_id_fkey FOREIGN KEY (uom_id) REFERENCES public.uoms(id);


--
-- Name: keys keys_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: locations locations_site_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.sites(id);


--
-- Name: one_time_flags one_time_flags_run_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.one_time_flags
    ADD CONSTRAINT one_time_flags_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);


--
-- Name: one_time_flags one_time_flags_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.one_time_flags
    ADD CONSTRAINT one_time_flags_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: open_order_lines open_order_lines_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.open_order_lines
    ADD CONSTRAINT open_order_lines_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: order_states order_states_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.order_states
    ADD CONSTRAINT order_states_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: parked_records parked_records_run_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.parked_records
    ADD CONSTRAINT parked_records_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);


--
-- Name: parked_records parked_records_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.parked_records
    ADD CONSTRAINT parked_records_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: phases phases_run_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.phases
    ADD CONSTRAINT phases_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);


--
-- Name: picking_lines picking_lines_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_lines
    ADD CONSTRAINT picking_lines_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);


--
-- Name: picking_lines picking_lines_picking_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_lines
    ADD CONSTRAINT picking_lines_picking_order_id_fkey FOREIGN KEY (picking_order_id) REFERENCES public.picking_orders(id);


--
-- Name: picking_orders picking_orders_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);


--
-- Name: picking_orders picking_orders_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: picking_orders picking_orders_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picking_orders
    ADD CONSTRAINT picking_orders_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: picks picks_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);


--
-- Name: picks picks_location_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_location_id_fkey FOREIGN KEY (location_id) REFERENCES public.locations(id);


--
-- Name: picks picks_picking_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_picking_order_id_fkey FOREIGN KEY (picking_order_id) REFERENCES public.picking_orders(id);


--
-- Name: picks picks_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: requests requests_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: resolutions resolutions_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.resolutions
    ADD CONSTRAINT resolutions_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: run_exceptions run_exceptions_run_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.run_exceptions
    ADD CONSTRAINT run_exceptions_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);


--
-- Name: run_reports run_reports_run_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.run_reports
    ADD CONSTRAINT run_reports_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);


--
-- Name: runs runs_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: schedules schedules_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: shipment_lines shipment_lines_shipment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipment_lines
    ADD CONSTRAINT shipment_lines_shipment_id_fkey FOREIGN KEY (shipment_id) REFERENCES public.shipments(id);


--
-- Name: shipments shipments_picking_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipments
    ADD CONSTRAINT shipments_picking_order_id_fkey FOREIGN KEY (picking_order_id) REFERENCES public.picking_orders(id);


--
-- Name: shipments shipments_store_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipments
    ADD CONSTRAINT shipments_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.stores(id);


--
-- Name: shipping_methods shipping_methods_carrier_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.shipping_methods
    ADD CONSTRAINT shipping_methods_carrier_id_fkey FOREIGN KEY (carrier_id) REFERENCES public.carriers(id);


--
-- Name: sites sites_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- Name: uoms uoms_division_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.uoms
    ADD CONSTRAINT uoms_division_id_fkey FOREIGN KEY (division_id) REFERENCES public.divisions(id);


--
-- PostgreSQL database dump complete
--

\unrestrict 1T2UO6D915zBQszd1XwhUOTTteasDMMj0fmVvwY1TqqdoCXM3C3yt8K8ts5nMAg

