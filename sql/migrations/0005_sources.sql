-- What inbound sources were sent, kept for a while: seen, and replayed after a mapping was corrected. A source is a row of `doors`; no foreign key, so
-- that removing one with many requests can be done in steps.

CREATE TABLE source_requests (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    source_id uuid NOT NULL,
    id uuid NOT NULL,                                                     -- in the order of arrival
    received_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('ok', 'ignored', 'failed')),
    method text COLLATE "C" NOT NULL,
    content_type text,
    headers json NOT NULL,                                                -- none that proves who called
    query json NOT NULL,
    body bytea NOT NULL,                                                  -- secrets in it made of asterisks
    deciphered boolean NOT NULL,                                          -- body is what the vendor's scheme had encrypted
    items json NOT NULL,                                                  -- what became of each: [{"pointer", "outcome", "event_id", "lead_id", "error"}]
    error json,                                                           -- of the first that failed, or of the whole: {"code", "pointer", "detail"}
    replays integer NOT NULL DEFAULT 0,
    replayed_at timestamptz,
    PRIMARY KEY (workspace_id, source_id, id)
);
CREATE INDEX source_requests_outcome ON source_requests (workspace_id, source_id, outcome, id);
CREATE INDEX source_requests_expiry ON source_requests (workspace_id, expires_at);

-- Whom a request was about: erasing a lead removes what was sent about it.
CREATE TABLE source_request_leads (
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    source_id uuid NOT NULL,
    request_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, source_id, request_id),
    FOREIGN KEY (workspace_id, source_id, request_id) REFERENCES source_requests (workspace_id, source_id, id) ON DELETE CASCADE
);
CREATE INDEX source_request_leads_request ON source_request_leads (workspace_id, source_id, request_id);

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE source_requests ALTER COLUMN workspace_id SET (n_distinct = 8);
ALTER TABLE source_request_leads ALTER COLUMN workspace_id SET (n_distinct = 8);
