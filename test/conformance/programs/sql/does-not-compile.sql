CREATE TABLE people (name TEXT);
SELEKT name FROM people; -- HERE
SELECT 'after';
