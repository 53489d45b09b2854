INSERT INTO accounts (workspace_id, id, version, told_version, created_at, updated_at, name, domain, industry, owner, profile)
SELECT $1::uuid, u.id, u.version, u.version, $2::timestamptz, $2::timestamptz, u.name, u.domain, u.industry, u.owner, u.profile
FROM unnest($3::uuid[], $4::int8[], $5::text[], $6::text[], $7::text[], $8::text[], $9::json[]) AS u (id, version, name, domain, industry, owner, profile)
