-- What is authored, released and connected (share/doc/DESIGN.md). Times are integer
-- microseconds since 1970 UTC; yes and no are 1 and 0; words are checked.

-- Settings that people change with `workspace set`; absent: the default.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What the program notes for itself: uuid, where the key is, zone data stamp.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Numbers that only grow. 'source': counts changes of data sources, so that a test
-- can tell whether one of its sources changed since.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES ('source', 0);

-- Data sources by name. revision: counter 'source' at the last change.
CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_us INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_us INTEGER NOT NULL
);

-- One row an environment; 'auto' serves those that have none of their own.
CREATE TABLE source_variant (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    env TEXT NOT NULL CHECK (env IN ('auto', 'dev', 'prod')),
    uuid TEXT NOT NULL UNIQUE,              -- what its secrets are bound to
    UNIQUE (source_id, env)
);

-- Their settings. A secret is in `sealed`, and `shown` is what people may see of it.
CREATE TABLE source_field (
    owner_id INTEGER NOT NULL REFERENCES source_variant (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    sealed BLOB,
    PRIMARY KEY (owner_id, name)
) WITHOUT ROWID;

-- Destinations: a named webhook or mailbox.
CREATE TABLE destination (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    uuid TEXT NOT NULL UNIQUE,              -- what its secrets are bound to
    revision INTEGER NOT NULL,
    created_us INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_us INTEGER NOT NULL
);

-- Their settings, as above.
CREATE TABLE destination_field (
    owner_id INTEGER NOT NULL REFERENCES destination (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    sealed BLOB,
    PRIMARY KEY (owner_id, name)
) WITHOUT ROWID;

-- Working-day calendars, as text.
CREATE TABLE calendar (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    updated_us INTEGER NOT NULL,
    updated_by TEXT NOT NULL
);

-- Tasks. Runs refer to the id, which is never used again.
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created_us INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0,   -- number of the published version; 0 none
    runner TEXT NOT NULL DEFAULT '',        -- group of the published version
    online_us INTEGER,                      -- since when it is on-line
    next_us INTEGER,                        -- when a pass has to look at it; null: frozen
    next_slot_us INTEGER,                   -- the scheduled time behind it
    frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
    ping BLOB                               -- dead-man URL, sealed
);
-- The whole of an idle pass: the first entry of this index.
CREATE INDEX task_next ON task (next_us) WHERE next_us IS NOT NULL;

-- The editable state of a task, with what lists show of it.
CREATE TABLE draft (
    task_id INTEGER PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,              -- grows with each save
    saved_us INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    journaled_us INTEGER NOT NULL,          -- last entry in the journal
    after_test INTEGER NOT NULL DEFAULT 0,  -- only tests with a higher id count
    content_digest TEXT NOT NULL,           -- of what a test vouches for
    digest TEXT NOT NULL,                   -- of all of it
    folder TEXT NOT NULL,
    owner TEXT NOT NULL,
    sources TEXT NOT NULL,
    env TEXT NOT NULL,
    mode TEXT NOT NULL,
    runner TEXT NOT NULL,
    content TEXT NOT NULL                   -- last: it is long
);

-- Which data sources a draft names.
CREATE TABLE draft_source (
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    PRIMARY KEY (task_id, source)
) WITHOUT ROWID;

-- Former drafts: what was there when it was replaced, and from time to time while it
-- is being edited.
CREATE TABLE draft_journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    saved_us INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    why TEXT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX draft_journal_task ON draft_journal (task_id, id);

-- Passed tests, by the content they were made with. revision: counter 'source' before
-- the test read its sources.
CREATE TABLE passed_test (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    content_digest TEXT NOT NULL,
    revision INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    passed_us INTEGER NOT NULL,
    passed_by TEXT NOT NULL
);
CREATE INDEX passed_test_content ON passed_test (task_id, content_digest, id);

-- Versions: submitted, numbered, immutable but for their state.
CREATE TABLE version (
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('can-be-published', 'published', 'off-line', 'deprecated')),
    submitted_us INTEGER NOT NULL,
    submitted_by TEXT NOT NULL,
    published_us INTEGER,
    published_by TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    digest TEXT NOT NULL,
    sources TEXT NOT NULL,
    env TEXT NOT NULL,
    mode TEXT NOT NULL,
    runner TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (task_id, number)
);
CREATE TRIGGER version_is_immutable
BEFORE UPDATE OF task_id, number, content, content_digest, digest, submitted_us, submitted_by ON version
BEGIN
    SELECT RAISE (ABORT, 'a version never changes');
END;

-- What a version needs of the workspace.
CREATE TABLE version_use (
    task_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('source', 'destination', 'calendar')),
    name TEXT NOT NULL,
    env TEXT NOT NULL DEFAULT 'auto',       -- source: the environment asked for
    PRIMARY KEY (task_id, number, kind, name, env),
    FOREIGN KEY (task_id, number) REFERENCES version (task_id, number) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX version_use_name ON version_use (kind, name);

-- Which version was published from when to when: a slot runs with the one that was
-- published at its instant.
CREATE TABLE publication (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    from_us INTEGER NOT NULL,
    until_us INTEGER                        -- null: still
);
CREATE INDEX publication_task ON publication (task_id, from_us);

-- Who did what. Each row's digest covers it and the digest of the row before.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    digest BLOB NOT NULL
);
CREATE INDEX audit_object ON audit (object, id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is only ever added to');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is only ever added to');
END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is only ever added to');
END;
