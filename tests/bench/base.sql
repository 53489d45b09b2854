-- A base as years of use leave it, made by the server alone: `leads` people whose ten events each stand in the table in the order of time, not by person, so that reading one person's
-- events means going to ten places. Nothing is scored yet: state is empty, and a rescore brings every lead under the model. psql -v workspace=ID -v leads=N
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, grade, stage, as_of, last_event_at, model_version, profile, state)
SELECT :'workspace', (lpad(to_hex(1750000000000 + n * 17), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, 1, now(), now(), extract(epoch FROM now())::int8 / 3600,
       0, 0, 0, 'D', 'D4', 'lead', now(), now(), 0, '{}', ''
FROM generate_series(0, :leads - 1) AS n;
-- A table of people to draw from, so that the rounds below are cheap.
CREATE TEMP TABLE people AS
SELECT n, (lpad(to_hex(1750000000000 + n * 17), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid AS id, hashint4(n::int4) & 2147483647 AS r FROM generate_series(0, :leads - 1) AS n;
CREATE UNIQUE INDEX ON people (n);
ANALYZE people;
-- First they leave their profile with a form.
INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, event_id, email, properties, patch, source)
SELECT :'workspace', p.id, md5('0' || p.n)::uuid, t.at, t.at, 'form_submit', 'form-' || p.n, 'lead' || p.n || '@bench.example', '{"form":"contact"}',
       json_build_object('name', 'Lead ' || p.n, 'title', (ARRAY['CEO', '采购经理', 'Sales Director', '工程师', 'Operations Manager', 'VP Logistics'])[p.r % 6 + 1],
           'company', json_build_object('name', 'Company ' || p.r % 50000, 'industry', CASE WHEN p.r / 7 % 10 < 6 THEN '跨境电商' ELSE 'software' END,
               'employees', 20 + p.r / 11 % 400, 'annual_revenue', (p.r / 13 % 300) * 1000000, 'currency', 'CNY', 'region', (ARRAY['浙江', '上海', '广东'])[p.r / 17 % 3 + 1]),
           'needs', json_build_object('pains', json_build_array(CASE WHEN p.r / 19 % 10 < 6 THEN '手工处理订单' ELSE '库存不准' END), 'budget', (p.r / 23 % 10) * 100000),
           'decision', json_build_object('role', CASE WHEN p.r / 29 % 10 < 5 THEN 'owner' ELSE 'staff' END)), '{"name":"web"}'
FROM generate_series(0, :leads - 1) AS g
JOIN people p ON p.n = g * 7919::int8 % :leads
CROSS JOIN LATERAL (SELECT now() - interval '200 days' + g * (interval '20 days' / :leads) AS at) t
ORDER BY g;
-- Then they come back, each in nine more rounds.
SELECT format($$INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, event_id, properties, source)
SELECT %1$L, p.id, md5('%2$s' || p.n)::uuid, t.at, t.at, k.type, 'e%2$s-' || p.n,
       CASE k.type WHEN 'page_view' THEN CASE k.x %% 4 WHEN 0 THEN '{"path":"/pricing","title":"Pricing"}' ELSE '{"path":"/blog/peak-season","title":"Peak season"}' END
            WHEN 'content_download' THEN '{"kind":"white_paper","name":"Order desk"}' WHEN 'email_open' THEN '{"message_id":"m%2$s"}' WHEN 'email_click' THEN '{"email_id":"m%2$s"}'
            ELSE '{}' END::json, '{"name":"web"}'
FROM generate_series(0, %3$s - 1) AS g
JOIN people p ON p.n = (g * 7919::int8 + %2$s * 104729) %% %3$s
CROSS JOIN LATERAL (SELECT now() - interval '200 days' + %2$s * interval '20 days' + g * (interval '20 days' / %3$s) AS at) t
CROSS JOIN LATERAL (SELECT x, (ARRAY['page_view', 'page_view', 'page_view', 'page_view', 'email_open', 'email_open', 'email_open', 'email_click', 'email_click', 'content_download',
    'webinar_attend', 'form_submit', 'page_view', 'email_sent', 'email_sent', 'demo_request'])[x %% 16 + 1] AS type
    FROM (SELECT hashint4((p.n * 10 + %2$s)::int4) & 2147483647 AS x) h) k
ORDER BY g$$, :'workspace', round, :leads) FROM generate_series(1, 9) AS round
\gexec
VACUUM ANALYZE events;
VACUUM ANALYZE leads;
