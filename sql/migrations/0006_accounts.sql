-- Accounts: the companies behind leads, by which names they are found, and what their leads add up to.

ALTER TABLE workspaces ADD COLUMN accounts json;                          -- how leads join, how accounts are scored; NULL: the defaults

-- What its leads see of it (profile) counts versions; what its leads add up to (score to last_activity_at) does not.
CREATE TABLE accounts (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    version bigint NOT NULL,                                              -- counts writes of the profile; the ETag
    told_version bigint NOT NULL,                                         -- every lead knows the account as of this version or a later one
    deleting boolean NOT NULL DEFAULT false,                              -- gone for everybody; its leads are being told
    lease_until timestamptz,                                              -- somebody tells the leads, until then
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,                                      -- of the profile or of what the leads add up to
    name text,
    domain text COLLATE "C",
    industry text COLLATE "C",
    owner text COLLATE "C",
    profile json NOT NULL,                                                -- name, domain, industry, ..., owner, attributes
    score integer NOT NULL DEFAULT 0,                                     -- shown points
    tier "char" NOT NULL DEFAULT 'D',
    leads integer NOT NULL DEFAULT 0,
    roles text[] NOT NULL DEFAULT '{}',                                   -- of the buying committee, those that are filled
    last_activity_at timestamptz,
    rolled_at timestamptz,                                                -- when they were last added up; of a very large account that is not at once
    PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 80);
CREATE INDEX accounts_by_score ON accounts (workspace_id, score DESC, id DESC);
CREATE INDEX accounts_by_tier ON accounts (workspace_id, tier, score DESC, id DESC);
CREATE INDEX accounts_by_owner ON accounts (workspace_id, owner, score DESC, id DESC) WHERE owner IS NOT NULL;
CREATE INDEX accounts_by_industry ON accounts (workspace_id, industry, score DESC, id DESC) WHERE industry IS NOT NULL;
CREATE INDEX accounts_by_update ON accounts (workspace_id, updated_at, id);
CREATE INDEX accounts_untold ON accounts (workspace_id, id) WHERE told_version < version OR deleting;

CREATE TABLE account_keys (
    workspace_id uuid NOT NULL,
    key uuid NOT NULL,                                                    -- first 128 bits of SHA-256 over kind and value
    account_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,                                       -- domain, external_id:<source>
    value text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX account_keys_by_account ON account_keys (workspace_id, account_id);

-- Words to find an account by, as lead_terms.
CREATE TABLE account_terms (
    workspace_id uuid NOT NULL,
    account_id uuid NOT NULL,
    term text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, account_id, term),
    FOREIGN KEY (workspace_id, account_id) REFERENCES accounts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX account_terms_by_term ON account_terms (workspace_id, term, account_id);

-- Accounts whose leads moved. Rows are only added and taken away, so that batches never wait for each other here.
CREATE TABLE account_marks (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- Of the lead's profile, beside it: the account it belongs to, how it came there, as of which version it knows it, and its role in buying.
ALTER TABLE leads
    ADD COLUMN account_id uuid,
    ADD COLUMN account_version bigint,
    ADD COLUMN account_by text COLLATE "C",                               -- email, company, reference, hand; hand without an account: kept out
    ADD COLUMN buying_role text COLLATE "C";
CREATE INDEX leads_by_account ON leads (workspace_id, account_id, id) WHERE account_id IS NOT NULL;

ALTER TABLE jobs
    DROP CONSTRAINT jobs_kind_check,
    ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('rescore', 'simulate', 'backtest', 'account'));

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE accounts ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE account_keys ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE account_terms ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE account_marks ALTER COLUMN workspace_id SET (n_distinct = 8);
