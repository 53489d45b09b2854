-- Leads of any tier that pass the filters, highest score first, after a cursor: a page of each tier, of which the best are kept.
-- Planned for its arguments each time: an absent filter (null) costs nothing then, and a filter that has an index can lead.
SELECT id, version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version, score, fit, engagement, tier, grade, stage,
    owner, tags, handoff_id, handoff_state, profile, score_offset
FROM (VALUES ('A'::"char"), ('B'), ('C'), ('D'), ('X')) AS each (tier_wanted) CROSS JOIN LATERAL (
    SELECT * FROM leads
    WHERE workspace_id = $1 AND merged_into IS NULL AND tier = tier_wanted AND $3::"char" IS NULL AND (score, id) < ($12, $11)
        AND ($4::text IS NULL OR stage = $4)
        AND ($5::text IS NULL OR owner = $5)
        AND ($6::text IS NULL OR $6 = ANY (tags))
        AND score BETWEEN $7 AND $8
        AND ($9::timestamptz IS NULL OR updated_at >= $9)
        AND ($10::text[] IS NULL OR NOT EXISTS (
            SELECT 1 FROM unnest($10) AS word (prefix) WHERE NOT EXISTS (
                SELECT 1 FROM lead_terms t
                WHERE t.workspace_id = $1 AND t.lead_id = leads.id AND t.term >= word.prefix AND t.term < word.prefix || U&'\+10FFFF')))
    ORDER BY score DESC, id DESC LIMIT $2) page
ORDER BY score DESC, id DESC LIMIT $2
