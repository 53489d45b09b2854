-- What cleaning changed of what was posted, and what a workspace says of cleaning.

ALTER TABLE events ADD COLUMN cleaned json;                               -- [{"field", "from", "to", "why"}]; NULL: nothing was changed

ALTER TABLE workspaces
    ADD COLUMN cleaning json,                                             -- steps of cleaning that are left out; NULL: none
    ADD COLUMN email_domains json;                                        -- {domain: business | personal | disposable}; stamped into models that name none
