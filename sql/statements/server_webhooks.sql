-- How the webhooks of all tenants fare: those enabled, disabled by themselves, failing for an hour, and waiting for a minute though nobody has them.
SELECT count(*) FILTER (WHERE state = 'enabled'), count(*) FILTER (WHERE state = 'disabled' AND disabled_reason <> 'person'),
    count(*) FILTER (WHERE state = 'enabled' AND failing_since < now() - interval '1 hour'),
    count(*) FILTER (WHERE state = 'enabled' AND work_at < now() - interval '1 minute' AND (lease_until IS NULL OR lease_until < now() - interval '1 minute'))
FROM webhooks
