-- What the clocks of handoffs came to, so that it can be counted; a clock for those that nobody has; and answers that events tell of.

-- Beside each move: the clock that ended with it, when it was due, and the working time that had passed of what the handoff was waiting for. A clock that ran out ends with
-- the move that says so; if what it waited for turns out to have been done in time, that move has it too. Moves from before this have none.
ALTER TABLE handoff_moves
    ADD COLUMN clock text COLLATE "C" CHECK (clock IN ('pending', 'acceptance', 'first_response')),
    ADD COLUMN due_at timestamptz,
    ADD COLUMN worked_ms bigint;                                          -- the team's working time while nobody has it, else that of whoever has it

ALTER TABLE handoffs
    DROP CONSTRAINT handoffs_clock_check,
    ADD CONSTRAINT handoffs_clock_check CHECK (clock IN ('pending', 'acceptance', 'first_response'));
CREATE INDEX handoffs_made ON handoffs (workspace_id, created_at);        -- reports

ALTER TABLE workspaces
    ADD COLUMN response_events text[];                                    -- types of events that answer a lead, as its routing says; NULL: those of the defaults
