-- What requests with an Idempotency-Key were answered: the same request again gets the same reply. Written with what the request itself writes.
CREATE TABLE kept_replies (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    request uuid NOT NULL,                                                -- a hash of operation, path and body
    status integer,                                                       -- this and the rest: NULL only within the transaction that writes them
    etag text,
    location text,
    body text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key)
);
CREATE INDEX kept_replies_old ON kept_replies (workspace_id, created_at);
