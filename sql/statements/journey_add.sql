INSERT INTO journeys (workspace_id, id, name, description, state, settings, condition, segment_id, form, first_step, first_after, reentry_after, enrol_existing,
                      since, created_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
