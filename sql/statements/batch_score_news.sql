-- Scores that changed, by lead. From which score on stays as it is until it is told.
INSERT INTO score_news (workspace_id, lead_id, lead_version, from_score, score, payload)
SELECT $1::uuid, u.lead_id, u.lead_version, u.from_score, u.score, u.payload
FROM unnest($2::uuid[], $3::int8[], $4::int4[], $5::int4[], $6::json[]) AS u (lead_id, lead_version, from_score, score, payload)
ON CONFLICT (workspace_id, lead_id) DO UPDATE
SET lead_version = excluded.lead_version, score = excluded.score, payload = excluded.payload,
    from_score = CASE WHEN score_news.payload IS NULL THEN excluded.from_score ELSE score_news.from_score END
