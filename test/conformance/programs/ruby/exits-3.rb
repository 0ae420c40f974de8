puts "before"
warn "to stderr"
exit 3
