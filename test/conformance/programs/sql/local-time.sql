SELECT datetime(0, 'unixepoch', 'localtime');
SELECT strftime('%s', 'now');
