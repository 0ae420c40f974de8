# Threads take turns, wait for each other and end with main.
puts "~seed-of-hashes #{"a".hash}"
p Thread.current.native_thread_id == Process.pid, Thread.main.inspect.sub(/0x\h+/, ""), Thread.current.name, Thread.current.priority
queue = Queue.new
threads = 4.times.map { |i| Thread.new { 100.times { |k| queue << [i, k]; Thread.pass } ; Thread.current.native_thread_id } }
p threads.map(&:value).uniq.size, queue.size
spinning = Thread.new { x = 0; x += 1 while true }
started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
sleep 0.05
spinning.kill.join
p Process.clock_gettime(Process::CLOCK_MONOTONIC) - started < 5
require "timeout"
begin
  Timeout.timeout(0.05) { loop {} }
rescue Timeout::Error
  puts "in time"
end
mutex = Mutex.new
condition = ConditionVariable.new
waiter = Thread.new { mutex.synchronize { condition.wait(mutex, 5); :woken } }
Thread.pass until waiter.status == "sleep"
mutex.synchronize { condition.signal }
p waiter.value
p Thread.new { Thread.current.report_on_exception = false; raise "in a thread" }.join rescue p $!.message
p Ractor.count
p Fiber.new { Fiber.yield 1; 2 }.then { |fiber| [fiber.resume, fiber.resume] }
Thread.new { raise "reported" }
sleep 0.05
