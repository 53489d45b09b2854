-- How far some jobs of a workspace are.
SELECT id, state, total, done FROM jobs WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[])
