CREATE TABLE lines (line TEXT);
.separator | "\n"
.import /dev/stdin lines
SELECT rowid || ': ' || line FROM lines;
