CREATE TABLE depths (depth INTEGER);
CREATE TRIGGER descend AFTER INSERT ON depths BEGIN INSERT INTO depths VALUES (new.depth + 1); END;
PRAGMA recursive_triggers = ON;
INSERT INTO depths VALUES (0);
