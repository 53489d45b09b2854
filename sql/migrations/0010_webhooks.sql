-- Webhooks out: who is told, and what became of it. What is to be told stands in `outbox`; for each endpoint that wants it a fan-out makes a delivery.

-- order among what is told of one lead: the version of the lead that made it true, then the place within that write. 0: written beside the lead.
-- fanned_at: its deliveries are made; what was written before there were any is not told any more.
ALTER TABLE outbox
    ADD COLUMN lead_version bigint NOT NULL DEFAULT 0,
    ADD COLUMN ordinal integer NOT NULL DEFAULT 0,
    ADD COLUMN fanned_at timestamptz DEFAULT now();
ALTER TABLE outbox ALTER COLUMN fanned_at DROP DEFAULT;
CREATE INDEX outbox_new ON outbox (workspace_id, id) WHERE fanned_at IS NULL;
CREATE INDEX outbox_by_lead ON outbox (workspace_id, lead_id);

-- Types that are written to the outbox only because some endpoint wants them.
ALTER TABLE workspaces ADD COLUMN told_types text[] NOT NULL DEFAULT '{}';

CREATE TABLE webhooks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,                                       -- standard, ...
    url text NOT NULL,
    types text[] NOT NULL,                                                -- handoff.created, handoff.*, *
    description text NOT NULL,
    secrets json NOT NULL,                                                -- [{"secret", "expires_at"}], the newest first
    settings json NOT NULL,                                               -- of the kind, and concurrency and rate
    state text COLLATE "C" NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleted')),
    disabled_reason text COLLATE "C",                                     -- person, gone, failing
    disabled_at timestamptz,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Its queue. One instance at a time delivers; whatever it writes names the generation of its lease.
    last_seq bigint NOT NULL DEFAULT 0,                                   -- the last place given out
    work_at timestamptz,                                                  -- nothing is to be done before; NULL: nothing at all
    lease_owner uuid,
    lease_until timestamptz,
    generation bigint NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,                                  -- attempts in a row
    failing_since timestamptz,                                            -- the first of them
    PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 50);
CREATE INDEX webhooks_work ON webhooks (work_at) WHERE state = 'enabled' AND work_at IS NOT NULL;

-- One message for one endpoint. Of what is told of one lead only the first that is pending has a next_at: the others wait for it. Whoever writes here holds the
-- lock of the endpoint's row, erasing and retention excepted. No foreign keys: rows go by hand.
CREATE TABLE deliveries (
    workspace_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    seq bigint NOT NULL,                                                  -- place in the endpoint's queue
    outbox_id uuid NOT NULL,
    lead_id uuid NOT NULL,                                                -- whose line it stands in; of no lead: outbox_id
    type text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    created_at timestamptz NOT NULL,
    first_at timestamptz,                                                 -- of the attempts
    last_at timestamptz,
    last_status integer,
    last_error text,
    latency_ms integer,
    reply json,                                                           -- the beginning of the last reply: {"head", "body"}
    PRIMARY KEY (workspace_id, webhook_id, seq)
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due ON deliveries (workspace_id, webhook_id, next_at, seq) WHERE state = 'pending' AND next_at IS NOT NULL;
CREATE INDEX deliveries_by_lead ON deliveries (workspace_id, lead_id, webhook_id, state, seq);
CREATE INDEX deliveries_failed ON deliveries (workspace_id, webhook_id, seq) WHERE state = 'failed';

-- Scores that changed, to be told when a while has passed since told_at: of a lead the newest only. payload NULL: there is nothing new.
CREATE TABLE score_news (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    lead_version bigint NOT NULL,
    from_score integer NOT NULL,
    score integer NOT NULL,
    payload json,
    told_at timestamptz,
    PRIMARY KEY (workspace_id, lead_id)
) WITH (fillfactor = 60);
CREATE INDEX score_news_untold ON score_news (workspace_id, told_at) WHERE payload IS NOT NULL;
CREATE INDEX score_news_told ON score_news (workspace_id, told_at) WHERE payload IS NULL;

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE webhooks ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE deliveries ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE score_news ALTER COLUMN workspace_id SET (n_distinct = 8);
