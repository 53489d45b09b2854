-- Their leads do not know yet: whoever has the lease tells them, and without one the next to look.
UPDATE accounts a
SET version = u.version, updated_at = $2::timestamptz, name = u.name, domain = u.domain, industry = u.industry, owner = u.owner, profile = u.profile,
    lease_until = $10::timestamptz
FROM unnest($3::uuid[], $4::int8[], $5::text[], $6::text[], $7::text[], $8::text[], $9::json[]) AS u (id, version, name, domain, industry, owner, profile)
WHERE a.workspace_id = $1::uuid AND a.id = u.id
