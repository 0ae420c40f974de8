SELECT iif(readfile('missing.txt') IS NULL, 'caught', 'found');
