-- What failed for good at an endpoint, by message: to be sent again, page by page.
CREATE INDEX deliveries_failed_messages ON deliveries (workspace_id, webhook_id, outbox_id) WHERE state = 'failed';
