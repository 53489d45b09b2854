-- What a model's coming first asks of the moves that it makes.
UPDATE models SET transitions = $3, revision = revision + 1 WHERE workspace_id = $1 AND version = $2
