SELECT 'before';
.output /dev/stderr
SELECT 'to stderr';
.exit 3
