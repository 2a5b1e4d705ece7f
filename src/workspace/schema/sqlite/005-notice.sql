-- Notices that are still to be sent: written with the end of the run they tell of, so that
-- a pass that ends in between owes none. Gone once they are sent, or told on stderr.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    pass_id INTEGER NOT NULL,               -- who holds it; 0: nobody
    destination TEXT NOT NULL,              -- '': the dead-man URL of the run's task
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,       -- passes that could not get it out
    created_us INTEGER NOT NULL
);
