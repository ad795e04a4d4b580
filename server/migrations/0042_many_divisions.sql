-- Which divisions a store may use is asked in each of its runs.
CREATE INDEX divisions_of_store ON division_stores (store_id);
