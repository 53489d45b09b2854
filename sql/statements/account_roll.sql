UPDATE accounts a
SET score = u.score, tier = u.tier, leads = u.leads, roles = u.roles::text[], last_activity_at = u.last_activity_at, rolled_at = $2::timestamptz,
    updated_at = CASE WHEN (a.score, a.tier, a.leads, a.roles, a.last_activity_at) IS DISTINCT FROM (u.score, u.tier, u.leads, u.roles::text[], u.last_activity_at)
        THEN $2::timestamptz ELSE a.updated_at END
FROM unnest($3::uuid[], $4::int4[], $5::"char"[], $6::int4[], $7::text[], $8::timestamptz[]) AS u (id, score, tier, leads, roles, last_activity_at)
WHERE a.workspace_id = $1::uuid AND a.id = u.id
