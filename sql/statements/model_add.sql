-- A new draft.
INSERT INTO models (workspace_id, version, name, state, document, created_at, line, based_on, note, created_by)
VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9)
