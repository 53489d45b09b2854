-- The types that are written only where some endpoint wants them. Under the lock of the tenant's row.
UPDATE workspaces SET told_types = (
    SELECT coalesce(array_agg(t ORDER BY t), '{}') FROM unnest($2::text[]) AS t
    WHERE EXISTS (SELECT FROM webhooks w WHERE w.workspace_id = $1 AND (w.state = 'enabled' OR w.state = 'disabled' AND w.disabled_reason <> 'person')
                      AND w.types && ARRAY['*', split_part(t, '.', 1) || '.*', t]))
WHERE id = $1
