-- Whether an older run of a task is still open: one look, however long its history.
CREATE INDEX run_open_task ON run (task_id, id) WHERE state IN ('waiting', 'running');
