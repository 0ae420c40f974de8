SELECT iif(length(randomblob(33554432)) = 33554432, 'held', 'lost');
