-- Journeys: what leads are sent step by step, by whoever sends it. Who looks after leads, and when next.

CREATE TABLE journeys (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    state text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
    settings json NOT NULL,                                               -- trigger, steps, exit, quiet_hours as they were given
    condition json,                                                       -- what starts it, when it is a condition of its own
    segment_id uuid,                                                      -- or this segment's
    form text,                                                            -- or this form, submitted
    first_step text COLLATE "C" NOT NULL,
    first_after bigint NOT NULL,                                          -- ms after the start
    reentry_after bigint,                                                 -- ms after its end until a lead may come again; NULL: never
    enrol_existing boolean NOT NULL,                                      -- also those who meet the condition from the start
    since bigint NOT NULL,                                                -- as of segments
    revision bigint NOT NULL DEFAULT 1,
    created_by text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

-- Leads that are to start a journey: written with the lead, taken in the background. No foreign keys, as with segment_members.
CREATE TABLE journey_starts (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    journey_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX journey_starts_by_lead ON journey_starts (workspace_id, lead_id);

-- One lead's way through a journey.
CREATE TABLE journey_runs (
    workspace_id uuid NOT NULL,
    journey_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    run integer NOT NULL,                                                 -- from 1; above: it came again
    state text COLLATE "C" NOT NULL CHECK (state IN ('active', 'done', 'exited')),
    started_at timestamptz NOT NULL,
    step text COLLATE "C" NOT NULL,                                       -- the next one
    next_at timestamptz,                                                  -- when it is due
    ended_at timestamptz,
    reason text COLLATE "C",                                              -- of an exit: exit, merged, removed
    PRIMARY KEY (workspace_id, journey_id, lead_id, run),
    FOREIGN KEY (workspace_id, journey_id) REFERENCES journeys (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX journey_runs_due ON journey_runs (workspace_id, next_at) WHERE state = 'active';
CREATE INDEX journey_runs_by_lead ON journey_runs (workspace_id, lead_id);
CREATE INDEX journey_runs_newest ON journey_runs (workspace_id, journey_id, started_at DESC, lead_id DESC);

-- What was done. Its key makes each step happen once.
CREATE TABLE journey_steps (
    workspace_id uuid NOT NULL,
    journey_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    run integer NOT NULL,
    step text COLLATE "C" NOT NULL,
    template text,                                                        -- NULL: nothing was sent
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, journey_id, lead_id, run, step),
    FOREIGN KEY (workspace_id, journey_id, lead_id, run) REFERENCES journey_runs (workspace_id, journey_id, lead_id, run) ON DELETE CASCADE
);

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE journey_starts ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE journey_runs ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE journey_steps ALTER COLUMN workspace_id SET (n_distinct = 8);
