-- Sales people, whom a handoff goes to and by when something has to be done about it.

ALTER TABLE workspaces
    ADD COLUMN desk boolean NOT NULL DEFAULT false;                       -- handoffs are given to sales people by the service: somebody has said to whom

-- Sales people. The document is what readers see of one, in full; the columns beside it are what is looked for.
CREATE TABLE users (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    revision bigint NOT NULL,                                             -- counts writes; the ETag
    name text NOT NULL,
    email text COLLATE "C",                                               -- in lower case
    role text COLLATE "C" NOT NULL CHECK (role IN ('manager', 'representative', 'assistant')),
    active boolean NOT NULL,
    document json NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX users_by_email ON users (workspace_id, email) WHERE email IS NOT NULL;

-- How a workspace hands over: its rules, and whose turn it is. The lease keeps two instances from giving out the same turn.
CREATE TABLE desks (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    revision bigint NOT NULL,                                             -- of the document; the ETag. 0: there has never been one
    document json,                                                        -- NULL: the defaults
    updated_at timestamptz NOT NULL,
    turns json NOT NULL DEFAULT '{}',                                     -- by rule and user: how far each is ahead
    lease_until timestamptz,
    generation bigint NOT NULL DEFAULT 0                                  -- counts leases
);

ALTER TABLE handoffs
    ADD COLUMN assignee uuid,                                             -- of users; kept when that one is deleted
    ADD COLUMN rule text COLLATE "C",                                     -- what chose the assignee: a rule's id, owner, account_owner, default, person, escalation
    ADD COLUMN assigned_at timestamptz,
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN responded_at timestamptz,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN acceptance_ms bigint,                                      -- working time from assignment to acceptance, and from there to the first response
    ADD COLUMN response_ms bigint,
    ADD COLUMN outcome text COLLATE "C" CHECK (outcome IN ('sql', 'opportunity', 'customer')),
    ADD COLUMN reason text COLLATE "C",                                   -- code, of a rejection or a close
    ADD COLUMN note text,
    ADD COLUMN clock text COLLATE "C" CHECK (clock IN ('acceptance', 'first_response')), -- what runs now
    ADD COLUMN warn_at timestamptz,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN warned_at timestamptz,                                     -- of the clock that runs or ran last
    ADD COLUMN breached_at timestamptz,                                   -- the first time that one ran out
    ADD COLUMN reassigned integer NOT NULL DEFAULT 0,                     -- how often a clock took it from somebody
    ADD COLUMN escalated_at timestamptz,
    ADD COLUMN desk_at timestamptz;                                       -- when the service next does something about it; NULL: never by itself
CREATE INDEX handoffs_desk ON handoffs (workspace_id, desk_at, id) WHERE desk_at IS NOT NULL;
CREATE INDEX handoffs_held ON handoffs (workspace_id, assignee, id DESC) WHERE assignee IS NOT NULL;
CREATE INDEX handoffs_assigned ON handoffs (workspace_id, assigned_at) WHERE assigned_at IS NOT NULL;

-- Every move of a handoff after it was made.
CREATE TABLE handoff_moves (
    workspace_id uuid NOT NULL,
    handoff_id uuid NOT NULL,
    version bigint NOT NULL,                                              -- that it led to
    at timestamptz NOT NULL,
    move text COLLATE "C" NOT NULL,                                       -- assigned, accepted, ..., warning, breached, reassigned, escalated
    from_state text COLLATE "C" NOT NULL,
    to_state text COLLATE "C" NOT NULL,
    author text NOT NULL,                                                 -- a key's label; routing and clock are the service's own
    assignee uuid,
    rule text COLLATE "C",
    reason text COLLATE "C",
    note text,
    PRIMARY KEY (workspace_id, handoff_id, version),
    FOREIGN KEY (workspace_id, handoff_id) REFERENCES handoffs (workspace_id, id) ON DELETE CASCADE
);
