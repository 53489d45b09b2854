-- Gives positions after $2 to the oldest transitions that have none. The oldest are taken by the instant they were written, each lead's in
-- its own order, so that a bounded pass never takes a later one and leaves an earlier one of the same lead.
UPDATE transitions SET position = $2 + numbered.place
FROM (
    SELECT id, row_number() OVER (ORDER BY at, lead_id, lead_version, ordinal) AS place
    FROM (
        SELECT id, at, lead_id, lead_version, ordinal FROM transitions
        WHERE workspace_id = $1 AND position IS NULL AND NOT held
        ORDER BY created_at, lead_id, lead_version, ordinal LIMIT 5000) oldest) numbered
WHERE transitions.workspace_id = $1 AND transitions.id = numbered.id
