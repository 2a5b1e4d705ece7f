-- Long bodies are packed (LZ4): how many bytes they unpack to; NULL: as they are.
ALTER TABLE delivery_body ADD COLUMN size INTEGER;
