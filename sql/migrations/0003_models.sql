-- Several models, their life, what is scored beside the primary one, background jobs, retraction and the offset by hand.

ALTER TABLE workspaces
    ADD COLUMN time_zone text COLLATE "C" NOT NULL DEFAULT 'UTC',         -- IANA name; stamped into models that name none
    ADD COLUMN primary_line text COLLATE "C" NOT NULL DEFAULT 'default',  -- its active model makes the score, tier and stage of leads
    ADD COLUMN other_models bigint[] NOT NULL DEFAULT '{}',               -- scored beside it: active models of other lines, and shadows
    ADD COLUMN last_model bigint NOT NULL DEFAULT 0,                      -- the highest version ever given; a deleted draft's is not given again
    ADD COLUMN revision bigint NOT NULL DEFAULT 1,                        -- counts writes of the settings; the ETag
    ADD COLUMN filters json;                                              -- what bots and scanners look like; NULL: the defaults

-- A line is what a product, a region or a team calls its model; versions count over the whole workspace.
ALTER TABLE models
    ADD COLUMN line text COLLATE "C" NOT NULL DEFAULT 'default',
    ADD COLUMN based_on bigint,                                           -- the version it was made from; NULL: from nothing
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN activation_note text NOT NULL DEFAULT '',
    ADD COLUMN created_by uuid,                                           -- keys; NULL: the command line, or before this was kept
    ADD COLUMN activated_by uuid,
    ADD COLUMN revision bigint NOT NULL DEFAULT 1,                        -- counts writes of the row; the ETag
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN transitions text COLLATE "C" NOT NULL DEFAULT 'raise'      -- what its activation asked of the moves it makes by itself; activation sets it
        CHECK (transitions IN ('raise', 'hold', 'quiet'));
UPDATE workspaces w SET last_model = (SELECT coalesce(max(m.version), 0) FROM models m WHERE m.workspace_id = w.id);
CREATE UNIQUE INDEX models_active ON models (workspace_id, line) WHERE state = 'active';
CREATE UNIQUE INDEX models_shadow ON models (workspace_id, line) WHERE state = 'shadow';

-- What a lead is worth under the models of workspaces.other_models; a cache of the events like the lead's own row. No foreign key: erasing
-- a lead removes its rows by hand, as with its terms.
CREATE TABLE lead_scores (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    model_version bigint NOT NULL,
    lead_version bigint NOT NULL,                                         -- of the lead this belongs to; another: events were missed, replay
    applies boolean NOT NULL,                                             -- applies_when holds; else only kept to notice when it does
    told boolean NOT NULL,                                                -- written as an active line's: its moves were told. A shadow's are not
    score integer NOT NULL,
    fit integer NOT NULL,
    engagement integer NOT NULL,
    tier "char" NOT NULL,
    grade text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    as_of timestamptz NOT NULL,
    next_change_at timestamptz,
    state bytea NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, model_version)
) WITH (fillfactor = 80);
CREATE INDEX lead_scores_due ON lead_scores (workspace_id, next_change_at) WHERE next_change_at IS NOT NULL;

ALTER TABLE leads ADD COLUMN score_offset integer NOT NULL DEFAULT 0;     -- shown points by hand, part of score

-- A voided event is as if it had never been: every reading of history leaves it out, only the timeline and idempotency still see it.
ALTER TABLE events
    ADD COLUMN voided_at timestamptz,
    ADD COLUMN void_reason text,
    ADD COLUMN flag text COLLATE "C";                                     -- what a filter took it for: bot_agent, scanner_burst, ...

-- correction: an event was voided. line: of a model beside the primary one; NULL: the lead's own. held: caused by a change of model and waiting
-- for a person; it is in no feed, and nothing was handed over or told.
ALTER TABLE transitions
    DROP CONSTRAINT transitions_cause_check,
    ADD CONSTRAINT transitions_cause_check CHECK (cause IN ('event', 'decay', 'model', 'person', 'correction')),
    ADD COLUMN line text COLLATE "C",
    ADD COLUMN held boolean NOT NULL DEFAULT false;
DROP INDEX transitions_new;
CREATE INDEX transitions_new ON transitions (workspace_id, created_at) WHERE position IS NULL AND NOT held;
CREATE INDEX transitions_held ON transitions (workspace_id, model_version, id) WHERE held;

-- Long work over a whole base. Claimed by lease with a generation: an instance that dies is taken over when its lease ends.
CREATE TABLE jobs (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('rescore', 'simulate', 'backtest')),
    state text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    model_version bigint NOT NULL,
    input json NOT NULL,
    total bigint NOT NULL DEFAULT 0,                                      -- leads to go through; an estimate until it ends
    done bigint NOT NULL DEFAULT 0,
    result json,
    error text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    lease_until timestamptz,
    generation integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX jobs_open ON jobs (workspace_id, created_at) WHERE state IN ('waiting', 'running');

-- A rescore's pieces: ranges of lead ids which several instances share. Claimed by lease too.
CREATE TABLE job_chunks (
    workspace_id uuid NOT NULL,
    job_id uuid NOT NULL,
    ordinal integer NOT NULL,
    first_lead uuid NOT NULL,
    last_lead uuid NOT NULL,
    leads integer NOT NULL,
    changed integer NOT NULL DEFAULT 0,
    transitions integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    lease_until timestamptz,
    generation integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, job_id, ordinal),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id) ON DELETE CASCADE
);

-- Free text to one spelling: what models name in `taxonomies` is copied into them, so that a version never changes its meaning.
CREATE TABLE taxonomies (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    attribute text COLLATE "C" NOT NULL,                                  -- path in the profile, such as company.industry
    entries json NOT NULL,                                                -- [{"value", "synonyms": [...]}]
    version bigint NOT NULL,                                              -- counts writes; the ETag
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE lead_scores ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE jobs ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE job_chunks ALTER COLUMN workspace_id SET (n_distinct = 8);
