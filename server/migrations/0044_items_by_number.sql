-- A part in the middle of a list is found without the rows before it. The index behind the unique number holds the row's
-- own number in SQLite alone.
/* PostgreSQL */ CREATE INDEX items_by_number ON items (division_id, number_key, id);
