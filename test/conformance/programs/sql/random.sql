SELECT random();
