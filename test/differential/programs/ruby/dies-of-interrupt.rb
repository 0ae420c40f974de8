puts "before"
$stdout.flush
Process.kill("INT", Process.pid)
sleep 5
