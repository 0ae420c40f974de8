at_exit { exit 5 }
at_exit { raise "in at_exit" }
raise "in main"
