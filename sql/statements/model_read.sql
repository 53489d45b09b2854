-- One version of a model, and whether it may still change.
SELECT document, state = 'draft' FROM models WHERE workspace_id = $1 AND version = $2
