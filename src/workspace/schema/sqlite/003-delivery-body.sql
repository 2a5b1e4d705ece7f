-- The bytes of a delivery in a row of their own: a change of the delivery's state then
-- costs the same whatever the message's size.
CREATE TABLE delivery_body (
    delivery_id INTEGER PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    body BLOB NOT NULL
);
INSERT INTO delivery_body (delivery_id, body) SELECT id, body FROM delivery;
ALTER TABLE delivery DROP COLUMN body;
