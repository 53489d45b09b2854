-- Leads that are one person. A merge moves nothing: events, identities, transitions and handoffs keep the lead they were written under, its members point to the lead
-- that survives, and that one is scored over the events of all.

ALTER TABLE leads
    ADD COLUMN merged_into uuid,                                          -- the surviving lead, which is never merged itself; NULL: it stands for itself
    ADD COLUMN has_members boolean NOT NULL DEFAULT false;                -- some lead's merged_into names it
CREATE INDEX leads_merged ON leads (workspace_id, merged_into, id) WHERE merged_into IS NOT NULL;

-- Every merge that was ever made. Those not undone are a forest: a lead is merged into one other at most, and the tree's top survives.
CREATE TABLE merges (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,                                                -- that survived it
    member uuid NOT NULL,                                                 -- that was merged into it, with all that had been merged into that
    at timestamptz NOT NULL,
    cause text COLLATE "C" NOT NULL CHECK (cause IN ('person', 'identity')),
    author text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    handoff_id uuid,                                                      -- of the member, open until then: what unmerging opens again, and its state
    handoff_state text COLLATE "C",
    undone_at timestamptz,
    undone_by text,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX merges_live ON merges (workspace_id, member) WHERE undone_at IS NULL;
CREATE INDEX merges_by_member ON merges (workspace_id, member, at);
CREATE INDEX merges_by_lead ON merges (workspace_id, lead_id, at);

ALTER TABLE transitions
    DROP CONSTRAINT transitions_cause_check,
    ADD CONSTRAINT transitions_cause_check CHECK (cause IN ('event', 'decay', 'model', 'person', 'correction', 'merge'));

-- Pairs of leads that may be one person, for somebody to look at. The id is made of the two, so that a pair is found once for ever; lead_a < lead_b.
CREATE TABLE duplicates (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    lead_a uuid NOT NULL,
    lead_b uuid NOT NULL,
    reasons text[] NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'dismissed')),
    found_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    note text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX duplicates_by_state ON duplicates (workspace_id, state, found_at, id);
CREATE INDEX duplicates_by_a ON duplicates (workspace_id, lead_a);
CREATE INDEX duplicates_by_b ON duplicates (workspace_id, lead_b);

-- What two leads have in common when they may be one: a hash of a phone, an e-mail, a name with its company. Written in the background for the leads of
-- duplicate_marks, which are those whose profile has changed since. No foreign keys: erasing a lead removes its rows by hand.
CREATE TABLE duplicate_keys (
    workspace_id uuid NOT NULL,
    key uuid NOT NULL,
    lead_id uuid NOT NULL,
    reason text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, key, lead_id)
);
CREATE INDEX duplicate_keys_by_lead ON duplicate_keys (workspace_id, lead_id);
CREATE TABLE duplicate_marks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    lead_id uuid NOT NULL,
    lead_version bigint NOT NULL,
    lease_until timestamptz,
    PRIMARY KEY (workspace_id, lead_id)
);

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_check,
    ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('rescore', 'simulate', 'backtest', 'account', 'duplicates'));

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE merges ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE duplicates ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE duplicate_keys ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE duplicate_marks ALTER COLUMN workspace_id SET (n_distinct = 8);
