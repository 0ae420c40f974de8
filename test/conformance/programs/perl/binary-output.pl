print chr for 0 .. 255;
