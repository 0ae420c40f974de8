.output notes.txt
SELECT 'blåbær';
.output stdout
SELECT trim(readfile('notes.txt'), char(10));
.output /tmp/scratch
SELECT 'temporary';
.output stdout
SELECT trim(readfile('/tmp/scratch'), char(10));
