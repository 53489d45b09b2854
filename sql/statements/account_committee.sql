-- Of each role in buying: how many leads have it, and the one with the highest score.
SELECT l.buying_role, count(*), (array_agg(l.id ORDER BY l.score DESC, l.id DESC))[1]
FROM leads l WHERE l.workspace_id = $1 AND l.account_id = $2 AND l.stage <> 'disqualified' AND l.buying_role IS NOT NULL
GROUP BY l.buying_role
