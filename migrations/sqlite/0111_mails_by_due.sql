CREATE INDEX mails_by_due ON mails (due_at, id);
