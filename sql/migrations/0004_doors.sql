-- Ways in without a key: the secret stands in the path of the request. A form's stands in the HTML of a page; a source's in the settings of another system.
CREATE TABLE doors (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('form', 'source')),
    token text COLLATE "C" NOT NULL,                    -- as it stands in the path: whoever may read the row may use it
    name text COLLATE "C" NOT NULL,
    settings json NOT NULL,
    revision bigint NOT NULL DEFAULT 1,                 -- counts writes of the row; the ETag
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    disabled_at timestamptz,                            -- not to be used for now
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX doors_by_token ON doors (workspace_id, token);
CREATE INDEX doors_by_kind ON doors (workspace_id, kind, id);
