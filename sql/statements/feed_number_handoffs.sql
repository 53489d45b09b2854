-- Gives positions after $2 to news of handoffs, in the order of the array.
UPDATE handoff_news SET position = $2 + u.place
FROM unnest($3::uuid[]) WITH ORDINALITY AS u (id, place)
WHERE handoff_news.workspace_id = $1 AND handoff_news.outbox_id = u.id
