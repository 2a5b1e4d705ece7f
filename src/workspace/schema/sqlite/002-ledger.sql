-- The ledger: what was meant, what was sent, what came back (share/doc/DESIGN.md).
-- Times are integer microseconds since 1970 UTC; days are days since 1970.

-- One row a pass that had something to do. It lives as long as its lock on byte
-- `id` of WORKSPACE-passes is held; never judged by any clock.
CREATE TABLE pass (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_us INTEGER NOT NULL,
    finished_us INTEGER
);

-- One row a run. Runs outlive their task: task_name is what it was called then.
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL,
    task_name TEXT NOT NULL,
    version INTEGER NOT NULL,               -- 0: the draft (tests)
    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'manual', 'test', 'backfill', 'rerun')),
    slot_us INTEGER NOT NULL,               -- the scheduled time
    business_day INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',        -- gap, repeated, calendar
    is_slot INTEGER NOT NULL DEFAULT 0,     -- 1: it is the run of that slot
    repeats INTEGER NOT NULL DEFAULT 0,     -- the run that a rerun or backfill repeats
    grouping TEXT NOT NULL DEFAULT 'default',
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'skipped', 'cancelled')),
    pass_id INTEGER NOT NULL DEFAULT 0,     -- who holds it; 0: nobody
    fence INTEGER NOT NULL DEFAULT 0,       -- grows with each claim
    starts INTEGER NOT NULL DEFAULT 0,      -- times a worker began it
    retries INTEGER NOT NULL DEFAULT 0,     -- run-level retries used
    wake_us INTEGER,                        -- a pass has to look at it from then on
    cancel_wanted INTEGER NOT NULL DEFAULT 0,
    definition TEXT,                        -- tests of a draft: what was tested
    overrides TEXT,                         -- JSON: set, to
    parameters TEXT,                        -- JSON: values as fixed
    error_code TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    created_us INTEGER NOT NULL,
    started_us INTEGER,
    finished_us INTEGER
);
CREATE UNIQUE INDEX run_slot ON run (task_id, slot_us) WHERE is_slot = 1;
CREATE INDEX run_wake ON run (wake_us) WHERE wake_us IS NOT NULL;
CREATE INDEX run_task ON run (task_id, id);
CREATE INDEX run_open ON run (pass_id) WHERE state IN ('waiting', 'running');

-- Which data sources a running run uses: limits per source are counted here.
CREATE TABLE run_source (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    PRIMARY KEY (run_id, source)
) WITHOUT ROWID;
CREATE INDEX run_source_name ON run_source (source);

-- The time line of a run.
CREATE TABLE run_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    at_us INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX run_event_run ON run_event (run_id, id);

-- One message part to one destination in one run: the exact bytes.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    destination TEXT NOT NULL,
    channel TEXT NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    title TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    bucket TEXT NOT NULL DEFAULT '',        -- key of the token bucket
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'accepted', 'queued', 'rejected', 'deferred', 'unknown')),
    code INTEGER NOT NULL DEFAULT 0,
    class TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    advice TEXT NOT NULL DEFAULT '',
    recipients TEXT,                        -- JSON: [{"address","state","code"}]
    only_recipients TEXT,                   -- resend to these alone
    attempts INTEGER NOT NULL DEFAULT 0,
    expires_us INTEGER NOT NULL,            -- deferred beyond this: rejected, expired
    retry_us INTEGER,                       -- deferred: not before
    accepted_by TEXT NOT NULL DEFAULT '',   -- unknown, settled by hand
    created_us INTEGER NOT NULL,
    sent_us INTEGER,
    body BLOB NOT NULL,
    UNIQUE (run_id, node, destination, part)
);
CREATE INDEX delivery_open ON delivery (run_id) WHERE state IN ('planned', 'sending', 'deferred', 'unknown');

-- Nothing is retried silently: each attempt is kept.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_us INTEGER NOT NULL,
    finished_us INTEGER,
    state TEXT NOT NULL,
    code INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attempt_delivery ON attempt (delivery_id, number);

-- Token buckets, one a bot, shared by all tasks and processes. tat_us is the
-- theoretical arrival time of the generic cell rate algorithm.
CREATE TABLE bucket (
    key TEXT PRIMARY KEY,
    tat_us INTEGER NOT NULL,
    blocked_until_us INTEGER NOT NULL DEFAULT 0
);

-- One failure notice a streak: since when a task fails, and whether that was told.
CREATE TABLE streak (
    task_id INTEGER PRIMARY KEY,
    since_run INTEGER NOT NULL,
    failures INTEGER NOT NULL
);
