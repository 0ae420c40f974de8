$| = 1;
END { print "an end block does not run\n" }
print "before\n";
kill INT => $$;
sleep 1;
