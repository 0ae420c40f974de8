puts "before"
Process.abort("gone")
