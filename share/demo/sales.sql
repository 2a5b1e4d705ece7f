-- The sales of three departments, day by day. The first two days are fixed; the days
-- up to the end of 2030 are made by a formula, the same every time.
BEGIN;
CREATE TABLE sales (
    id INTEGER NOT NULL,
    department TEXT NOT NULL,
    revenue NUMERIC NOT NULL,
    ds TEXT NOT NULL,
    PRIMARY KEY (ds, id)
) WITHOUT ROWID;

INSERT INTO sales (ds, id, department, revenue) VALUES
    ('20240101', 1, 'Dept. 1', 12000),
    ('20240101', 2, 'Dept. 2', 21000),
    ('20240101', 3, 'Dept. 3', 5000),
    ('20240102', 1, 'Dept. 1', 11000),
    ('20240102', 2, 'Dept. 2', 20000),
    ('20240102', 3, 'Dept. 3', 10000);

INSERT INTO sales (ds, id, department, revenue)
WITH RECURSIVE
    day (n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM day WHERE n < 2556),
    department (id, name, usual) AS (
        VALUES (1, 'Dept. 1', 11500), (2, 'Dept. 2', 20500), (3, 'Dept. 3', 8000))
SELECT strftime('%Y%m%d', '2024-01-01', '+' || n || ' days'), id, name,
       usual + 100 * ((n * 7919 + id * 104729 + n * id * 31) % 61 - 30)
FROM day, department;
COMMIT;
