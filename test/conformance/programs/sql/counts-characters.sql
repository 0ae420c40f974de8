CREATE TABLE lines (line TEXT);
.import /dev/stdin lines
SELECT length(line) FROM lines;
