-- Takes some marked leads for a while. Whoever dies over them is succeeded when the lease ends.
UPDATE duplicate_marks m SET lease_until = $3::timestamptz
FROM (SELECT lead_id FROM duplicate_marks
      WHERE workspace_id = $1::uuid AND (lease_until IS NULL OR lease_until < $2::timestamptz)
      ORDER BY lead_id LIMIT $4 FOR UPDATE) AS taken
WHERE m.workspace_id = $1::uuid AND m.lead_id = taken.lead_id
RETURNING m.lead_id, m.lead_version
