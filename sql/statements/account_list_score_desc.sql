-- Accounts that pass the filters, highest score first, after a cursor. Planned for its arguments each time, as lead_list_score_desc.
SELECT a.id, a.version, a.created_at, a.updated_at, a.score, a.tier, a.leads, a.roles, a.last_activity_at, a.profile, a.told_version
FROM accounts a
WHERE a.workspace_id = $1 AND NOT a.deleting AND (a.score, a.id) < ($11::int4, $10)
    AND ($3::"char" IS NULL OR a.tier = $3)
    AND ($4::text IS NULL OR a.owner = $4)
    AND ($5::text IS NULL OR a.industry = $5)
    AND a.score BETWEEN $6 AND $7
    AND ($8::timestamptz IS NULL OR a.updated_at >= $8)
    AND ($9::text[] IS NULL OR NOT EXISTS (
        SELECT 1 FROM unnest($9) AS word (prefix) WHERE NOT EXISTS (
            SELECT 1 FROM account_terms t
            WHERE t.workspace_id = $1 AND t.account_id = a.id AND t.term >= word.prefix AND t.term < word.prefix || U&'\+10FFFF')))
ORDER BY a.score DESC, a.id DESC LIMIT $2
