-- Handoffs in the change feed, beside transitions and numbered with them.

-- What the outbox tells of handoffs, with its place in the feed. A table of its own, so that giving places takes no lock on a row of the outbox, whose rows others
-- update in an order of their own.
CREATE TABLE handoff_news (
    workspace_id uuid NOT NULL,
    outbox_id uuid NOT NULL,
    position bigint,                                                      -- as transitions.position
    PRIMARY KEY (workspace_id, outbox_id),
    FOREIGN KEY (workspace_id, outbox_id) REFERENCES outbox (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX handoff_news_feed ON handoff_news (workspace_id, position) WHERE position IS NOT NULL;
CREATE INDEX handoff_news_new ON handoff_news (workspace_id, outbox_id) WHERE position IS NULL;

-- As in 0002: a tenant is always taken for an eighth of a table.
ALTER TABLE handoff_news ALTER COLUMN workspace_id SET (n_distinct = 8);
