.read shapes/square.sql
SELECT area FROM areas WHERE side = 7;
