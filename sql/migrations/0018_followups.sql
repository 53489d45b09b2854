-- Playbooks: who looks after which leads, how often and with what. Follow-ups: when a lead is to be looked after next.

CREATE TABLE playbooks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('follow_up', 'review')),
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    priority integer NOT NULL,                                            -- of those of a kind that fit a lead, the one with the lowest is followed
    enabled boolean NOT NULL,
    settings json NOT NULL,                                               -- when, match, owner_role, actions, offer as they were given
    condition json NOT NULL,                                              -- what when or match comes to, without those who are disqualified
    cadence text COLLATE "C" NOT NULL,
    first_after text COLLATE "C",                                         -- until the first time; NULL: the cadence
    on_change text COLLATE "C",                                           -- of a review: within which time of a significant change
    since bigint NOT NULL,                                                -- as of segments
    revision bigint NOT NULL DEFAULT 1,
    created_by text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

-- Playbooks of which something else than the condition has changed: whoever fits or follows them is to be looked at. Walks over the leads by id.
CREATE TABLE playbook_sweeps (
    workspace_id uuid NOT NULL,
    playbook_id uuid NOT NULL,
    after uuid NOT NULL,
    PRIMARY KEY (workspace_id, playbook_id)
);

-- Leads whose follow-ups are to be looked at: written with the lead, taken in the background. No foreign keys, as with segment_members.
CREATE TABLE followup_marks (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    at timestamptz NOT NULL,
    change text COLLATE "C",                                              -- what a review is due for: tier, stage, company, title
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX followup_marks_by_lead ON followup_marks (workspace_id, lead_id);

-- A lead's follow-up from the day on which it fits a playbook to the day on which it fits none. Whoever writes here holds the lead's row.
CREATE TABLE followups (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    playbook_id uuid NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'ended')),
    owner text,                                                           -- the lead's
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    due_by text COLLATE "C" NOT NULL CHECK (due_by IN ('cadence', 'person', 'change')),
    due_reason text COLLATE "C",                                          -- by change: of what
    told boolean NOT NULL DEFAULT false,                                  -- that it is due
    last_done_at timestamptz,
    last_outcome text,
    done integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    reason text COLLATE "C",                                              -- of the end: unfit, disqualified, merged
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, id)
);
-- One at a time.
CREATE UNIQUE INDEX followups_open ON followups (workspace_id, lead_id, kind) WHERE state = 'open';
CREATE INDEX followups_due ON followups (workspace_id, state, due_at, id);
CREATE INDEX followups_by_owner ON followups (workspace_id, owner, state, due_at, id);
CREATE INDEX followups_by_playbook ON followups (workspace_id, playbook_id, state, due_at, id);
CREATE INDEX followups_untold ON followups (workspace_id, due_at) WHERE state = 'open' AND NOT told;
CREATE INDEX followups_by_lead ON followups (workspace_id, lead_id, started_at);

-- What became of it, by whom.
CREATE TABLE followup_moves (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    followup_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    type text COLLATE "C" NOT NULL CHECK (type IN ('started', 'moved', 'changed', 'done', 'snoozed', 'ended')),
    at timestamptz NOT NULL,
    playbook_id uuid NOT NULL,
    due_at timestamptz,                                                   -- from then on
    reason text,
    outcome text,
    note text,
    author text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX followup_moves_by_followup ON followup_moves (workspace_id, followup_id, at);
CREATE INDEX followup_moves_by_lead ON followup_moves (workspace_id, lead_id, at);

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE followup_marks ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE followups ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE followup_moves ALTER COLUMN workspace_id SET (n_distinct = 8);
