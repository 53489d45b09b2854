-- Segments: saved conditions over what is known of a lead, and who meets them now.

-- Which list of conditions leads are looked at with; 0: there never was one. It only grows; states of leads are stamped with it.
ALTER TABLE workspaces ADD COLUMN segments_revision bigint NOT NULL DEFAULT 0;

CREATE TABLE segments (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    template text COLLATE "C",                                            -- what it was made from
    condition json NOT NULL,                                              -- JsonLogic
    announce boolean NOT NULL,                                            -- comings and goings by a change of the condition itself are told too
    since bigint NOT NULL,                                                -- segments_revision from which on this condition holds
    revision bigint NOT NULL DEFAULT 1,                                   -- counts writes; the ETag
    job_id uuid,                                                          -- the job that looks at the whole base with this condition
    leads bigint NOT NULL DEFAULT 0,                                      -- when last counted
    counted_at timestamptz,
    created_by text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

-- What leads are looked at with under a revision: all conditions of the workspace. A row never changes, so that it may be cached.
CREATE TABLE segment_sets (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    revision bigint NOT NULL,
    document json NOT NULL,                                               -- [{"id", "kind", "when", "since", "announce"}]
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, revision)
);

-- Who meets which condition; written with the lead. No foreign keys: erasing a lead removes its rows by hand, and those of a segment that is gone
-- go with the next look at the lead.
CREATE TABLE segment_members (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, segment_id)
);
CREATE INDEX segment_members_by_segment ON segment_members (workspace_id, segment_id, since DESC, lead_id DESC);

-- Who came and went, for a while.
CREATE TABLE segment_moves (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    entered boolean NOT NULL,
    cause text COLLATE "C" NOT NULL CHECK (cause IN ('event', 'decay', 'model', 'person', 'correction', 'merge', 'definition')),
    at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX segment_moves_by_segment ON segment_moves (workspace_id, segment_id, created_at);
CREATE INDEX segment_moves_by_lead ON segment_moves (workspace_id, lead_id);

-- How many a segment had at the end of each day (now: of today), and how many came and went on it; by the workspace's clocks.
CREATE TABLE segment_days (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    segment_id uuid NOT NULL,
    day date NOT NULL,
    leads bigint NOT NULL,
    entered bigint NOT NULL,
    left_again bigint NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, day)
);

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_check,
    ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('rescore', 'simulate', 'backtest', 'account', 'duplicates', 'segment'));

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE segment_members ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE segment_moves ALTER COLUMN workspace_id SET (n_distinct = 8);
