puts "before"
Process.kill("TERM", Process.pid)
sleep 5
