-- Leads among a few known ones ($13) that pass the filters, after a cursor, by $14: score, updated, or else by id.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM (
    SELECT *, CASE $14::text WHEN 'score' THEN score WHEN 'updated' THEN (extract(epoch FROM updated_at) * 1000)::bigint ELSE 0 END AS rank
    FROM leads WHERE workspace_id = $1 AND id = ANY ($13::uuid[]) AND merged_into IS NULL) l
WHERE (rank, id) > ($12, $11) AND
    ($3::"char" IS NULL OR tier = $3)
    AND ($4::text IS NULL OR stage = $4)
    AND ($5::text IS NULL OR owner = $5)
    AND ($6::text IS NULL OR $6 = ANY (tags))
    AND score BETWEEN $7 AND $8
    AND ($9::timestamptz IS NULL OR updated_at >= $9)
    AND ($10::text[] IS NULL OR NOT EXISTS (
        SELECT 1 FROM unnest($10) AS word (prefix) WHERE NOT EXISTS (
            SELECT 1 FROM lead_terms t
            WHERE t.workspace_id = $1 AND t.lead_id = l.id AND t.term >= word.prefix AND t.term < word.prefix || U&'\+10FFFF')))
ORDER BY rank ASC, id ASC LIMIT $2
