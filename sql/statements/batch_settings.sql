-- What a batch must know of its workspace.
SELECT active_model, country FROM workspaces WHERE id = $1::uuid
