-- What the leads of some accounts add up to: of those that are not disqualified, the sum, the highest and the first scores, the best tier and the roles.
SELECT l.account_id, count(*), count(*) FILTER (WHERE l.stage <> 'disqualified'),
       coalesce(sum(greatest(l.score, 0)) FILTER (WHERE l.stage <> 'disqualified'), 0)::int8,
       coalesce(max(greatest(l.score, 0)) FILTER (WHERE l.stage <> 'disqualified'), 0)::int8,
       (array_agg(greatest(l.score, 0)::int8 ORDER BY l.score DESC) FILTER (WHERE l.stage <> 'disqualified'))[1:32],
       min(l.tier::text) FILTER (WHERE l.stage <> 'disqualified' AND l.tier <> 'X'),
       array_agg(DISTINCT l.buying_role) FILTER (WHERE l.stage <> 'disqualified' AND l.buying_role IS NOT NULL),
       max(l.last_event_at)
FROM leads l WHERE l.workspace_id = $1::uuid AND l.account_id = ANY ($2::uuid[])
GROUP BY l.account_id
