-- What leads are to be scored under.
SELECT active_model, $2::int8 = ANY (other_models), segments_revision FROM workspaces WHERE id = $1
