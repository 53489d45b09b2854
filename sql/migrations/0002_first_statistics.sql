-- What the planner is to believe. Plans that read a whole tenant for each lead of a batch make an import quadratic, and the planner falls for them while tables are
-- empty or small: without statistics, or with those of the first handful of leads, it takes a tenant for a row or two.
--
-- So a tenant is always taken for an eighth of a table, whatever was counted. And before there is anything to count, the tables are shown rows of a few made-up
-- tenants as they will be, analysed, and emptied again; statistics of an empty table are kept. (With a target of 1, evenly spread tenants leave no list of the
-- most common ones, which would say of all others that they have no rows.) A database with tenants has statistics of its own.
DO $do$
DECLARE
    tables CONSTANT text[] := ARRAY['leads', 'identities', 'events', 'lead_tags', 'lead_terms', 'transitions', 'handoffs', 'outbox'];
    t CONSTANT timestamptz := '2026-01-01Z';
    name text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN workspace_id SET (n_distinct = 8)', name);
    END LOOP;
    IF EXISTS (SELECT FROM workspaces) THEN
        RETURN;
    END IF;
    INSERT INTO workspaces (id, name, active_model, created_at) SELECT md5('tenant' || n)::uuid, n::text, 1, t FROM generate_series(0, 7) AS n;
    INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, grade, stage, owner, email,
        phone, name, tags, as_of, last_event_at, next_change_at, model_version, handoff_id, handoff_state, profile, state)
    SELECT md5('tenant' || n % 8)::uuid, md5('lead' || n)::uuid, n % 7 + 1, t - n * interval '5 min', t - n * interval '3 min', n / 20, n * 37 % 160,
        n * 17 % 70, n * 23 % 90, (ARRAY['A', 'B', 'C', 'C', 'D', 'D', 'D', 'D', 'X', 'D'])[n % 10 + 1]::"char", 'D' || n % 4 + 1,
        CASE n % 20 WHEN 0 THEN 'mql' WHEN 1 THEN 'sal' WHEN 2 THEN 'customer' ELSE 'lead' END,
        CASE n % 9 WHEN 0 THEN 'owner' || n % 50 END, 'lead' || n || '@example.com', '+8613' || n, 'Name ' || n, ARRAY['a:b', 'c:' || n % 30],
        t - n * interval '2 min', t - n * interval '4 min', CASE WHEN n % 3 > 0 THEN t + n * interval '1 min' END, 1,
        CASE WHEN n % 20 < 2 THEN md5('handoff' || n)::uuid END, CASE WHEN n % 20 < 2 THEN 'pending' END,
        json_build_object('email', 'lead' || n || '@example.com', 'name', repeat('x', 120)), decode(repeat(md5(n::text), 4), 'hex')
    FROM generate_series(0, 1599) AS n;
    INSERT INTO identities
    SELECT md5('tenant' || n % 8)::uuid, md5('identity' || n)::uuid, md5('lead' || n % 1600)::uuid, (ARRAY['email', 'phone'])[n % 2 + 1], 'v' || n, t
    FROM generate_series(0, 2399) AS n;
    INSERT INTO events
    SELECT md5('tenant' || n % 8)::uuid, md5('lead' || n % 1600)::uuid, md5('event' || n)::uuid, t - n * interval '1 min', t, 'page_view', 'e' || n,
        '{"path":"/pricing","title":"Pricing"}', NULL, '{"name":"web"}'
    FROM generate_series(0, 6399) AS n;
    INSERT INTO lead_tags
    SELECT md5('tenant' || n % 8)::uuid, md5('lead' || n % 1600)::uuid, 'c:' || n / 1600 || ':' || n % 30, 'rule:r', NULL
    FROM generate_series(0, 2399) AS n;
    INSERT INTO lead_terms SELECT md5('tenant' || n % 8)::uuid, md5('lead' || n % 1600)::uuid, 'term' || n / 2 FROM generate_series(0, 6399) AS n;
    INSERT INTO transitions
    SELECT md5('tenant' || n % 8)::uuid, md5('transition' || n)::uuid, md5('lead' || n)::uuid, 2, 0, 'stage', 'lead', 'mql', 'event', NULL, NULL, '',
        t - n * interval '1 min', 100, 50, 50, 1, t - n * interval '1 min', CASE WHEN n % 3 > 0 THEN n END
    FROM generate_series(0, 1599) AS n;
    INSERT INTO handoffs
    SELECT md5('tenant' || n % 8)::uuid, md5('handoff' || n)::uuid, md5('lead' || n)::uuid, CASE n % 3 WHEN 0 THEN 'closed' ELSE 'pending' END,
        'mql', 1, md5('transition' || n)::uuid, '{}', t, t
    FROM generate_series(0, 399) AS n;
    INSERT INTO outbox
    SELECT md5('tenant' || n % 8)::uuid, md5('outbox' || n)::uuid, md5('lead' || n)::uuid, 'stage.mql', '{}', t FROM generate_series(0, 399) AS n;
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN workspace_id SET STATISTICS 1', name);
        EXECUTE format('ANALYZE %I', name);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN workspace_id SET STATISTICS -1', name);
    END LOOP;
    DELETE FROM outbox;
    DELETE FROM transitions;
    DELETE FROM events;
    DELETE FROM handoffs;
    DELETE FROM lead_terms;
    DELETE FROM lead_tags;
    DELETE FROM identities;
    DELETE FROM leads;
    DELETE FROM workspaces;
END
$do$;
