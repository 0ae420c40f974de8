print "Hello, wörld ✓ 😀\n";
