-- What the names of tracked events are called in this workspace, before the names that all have; NULL: nothing.
ALTER TABLE workspaces ADD COLUMN event_types json;
