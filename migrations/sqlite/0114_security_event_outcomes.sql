-- Of what an admin does: `begun` before it runs, then `done` or `refused CODE`. A row that stays
-- `begun` is of a server that died meanwhile.
ALTER TABLE security_events ADD COLUMN outcome TEXT;
