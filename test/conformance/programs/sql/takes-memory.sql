CREATE TABLE taken AS
WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers)
SELECT randomblob(1048576) FROM numbers;
