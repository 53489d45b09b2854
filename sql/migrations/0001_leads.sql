-- Tenants, keys, models, leads and everything that hangs on a lead. workspace_id leads every key, so that the same schema can be
-- distributed by it (Citus) and no row is ever found without naming its tenant.

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    country text COLLATE "C" NOT NULL DEFAULT 'CN',     -- default country of phone numbers, ISO 3166 alpha-2
    active_model bigint NOT NULL DEFAULT 0,             -- version in models; 0: none
    created_at timestamptz NOT NULL
);

CREATE TABLE api_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    hash bytea NOT NULL,                                -- SHA-256 of the whole key
    role text COLLATE "C" NOT NULL CHECK (role IN ('publish', 'ingest', 'read', 'sales', 'admin')),
    label text NOT NULL DEFAULT '',
    hint text COLLATE "C" NOT NULL,                     -- last four characters, to recognise a key by
    origins text[] NOT NULL DEFAULT '{}',               -- allowed browser origins of publish keys
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, hash)
);

CREATE TABLE models (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    version bigint NOT NULL CHECK (version > 0),
    name text NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('draft', 'shadow', 'active', 'retired')),
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    PRIMARY KEY (workspace_id, version)
);

-- The materialised state of a lead; the events are the truth. fillfactor leaves room for HOT updates: an event that moves no indexed
-- column rewrites the row inside its page.
CREATE TABLE leads (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    version bigint NOT NULL,                            -- counts writes; the ETag
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_hour integer NOT NULL,                      -- hours since 1970 of updated_at: changes rarely, so its index does not forbid HOT
    score integer NOT NULL,                             -- shown values as of as_of
    fit integer NOT NULL,
    engagement integer NOT NULL,
    tier "char" NOT NULL,
    grade text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    owner text COLLATE "C",
    email text,
    phone text,
    name text,
    tags text[] NOT NULL DEFAULT '{}',
    as_of timestamptz NOT NULL,
    last_event_at timestamptz,
    next_change_at timestamptz,                         -- when the stored score, tier or stage next differs if nothing happens
    model_version bigint NOT NULL,
    handoff_id uuid,                                    -- the newest handoff and its state
    handoff_state text COLLATE "C",
    profile json NOT NULL,
    state bytea NOT NULL,                               -- scoring's state under model_version; a cache of the events
    PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 80);

CREATE INDEX leads_by_score ON leads (workspace_id, tier, score DESC, id DESC);
CREATE INDEX leads_by_stage ON leads (workspace_id, stage, score DESC, id DESC) WHERE stage <> 'lead';
CREATE INDEX leads_by_owner ON leads (workspace_id, owner, score DESC, id DESC) WHERE owner IS NOT NULL;
CREATE INDEX leads_by_update ON leads (workspace_id, updated_hour);
CREATE INDEX leads_due ON leads (workspace_id, next_change_at) WHERE next_change_at IS NOT NULL;

CREATE TABLE identities (
    workspace_id uuid NOT NULL,
    key uuid NOT NULL,                                  -- first 128 bits of SHA-256 over kind and value
    lead_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,                     -- email, phone, external_id:<source>, anonymous_id
    value text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX identities_by_lead ON identities (workspace_id, lead_id);

-- One index serves idempotency, the timeline and replay. json, not jsonb: the text is stored as it came and never searched here.
CREATE TABLE events (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    key uuid NOT NULL,                                  -- first 128 bits of SHA-256 over source and event_id
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    type text COLLATE "C" NOT NULL,
    event_id text COLLATE "C",                          -- as the client gave it; NULL: made here, the key itself
    email text,                                         -- what it named its lead by; each fills the profile's field if that is absent
    phone text,
    properties json,
    patch json,                                         -- merge patch of the profile
    source json,
    PRIMARY KEY (workspace_id, lead_id, key)
);

CREATE TABLE transitions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    lead_version bigint NOT NULL,
    ordinal integer NOT NULL,                           -- order inside one write of the lead
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('stage', 'tier')),
    from_value text COLLATE "C" NOT NULL,
    to_value text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL CHECK (cause IN ('event', 'decay', 'model', 'person')),
    event_key uuid,
    event_id text COLLATE "C",
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    score integer NOT NULL,
    fit integer NOT NULL,
    engagement integer NOT NULL,
    model_version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    position bigint,                                    -- place in the change feed, given after commit; NULL: not yet
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX transitions_feed ON transitions (workspace_id, position) WHERE position IS NOT NULL;
CREATE INDEX transitions_new ON transitions (workspace_id, created_at) WHERE position IS NULL;
CREATE INDEX transitions_by_lead ON transitions (workspace_id, lead_id);

-- The last position given out in the change feed of each workspace; its row is the lock under which positions are given.
CREATE TABLE feeds (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    last_position bigint NOT NULL
);

CREATE TABLE handoffs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'assigned', 'accepted', 'rejected', 'expired', 'converted', 'closed')),
    stage text COLLATE "C" NOT NULL,                    -- what was raised: mql or sal
    version bigint NOT NULL,
    transition_id uuid NOT NULL,
    context json NOT NULL,                              -- everything known when it was raised
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX handoffs_open ON handoffs (workspace_id, lead_id) WHERE state IN ('pending', 'assigned', 'accepted');
CREATE INDEX handoffs_by_lead ON handoffs (workspace_id, lead_id);
CREATE INDEX handoffs_by_state ON handoffs (workspace_id, state, id DESC);

-- What is to be told to the outside, written in the transaction that made it true.
CREATE TABLE outbox (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    topic text COLLATE "C" NOT NULL,                    -- stage.mql, stage.sal, stage.changed, tier.changed, handoff.created, lead.erased
    payload json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE lead_tags (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    tag text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (workspace_id, lead_id, tag)
);
CREATE INDEX lead_tags_by_tag ON lead_tags (workspace_id, tag, lead_id);

-- Words to find a lead by (folded; suffixes of CJK runs), so that q= is a prefix look-up in an index. A dozen rows a lead: a foreign key
-- would double what they cost, so erasing a lead removes them by hand.
CREATE TABLE lead_terms (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    term text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, term)
);
CREATE INDEX lead_terms_by_term ON lead_terms (workspace_id, term, lead_id);
