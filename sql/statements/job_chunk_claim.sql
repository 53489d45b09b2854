-- Takes a piece that nobody has a lease on.
UPDATE job_chunks SET generation = generation + 1, lease_until = now() + $4::int8 * interval '1 millisecond', changed = 0, transitions = 0
WHERE workspace_id = $1 AND job_id = $2 AND ordinal = $3 AND done_at IS NULL AND (lease_until IS NULL OR lease_until < now())
RETURNING ordinal, first_lead, last_lead, leads, generation
