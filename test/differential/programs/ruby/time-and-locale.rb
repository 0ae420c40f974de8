p Time.now.zone, Time.now.utc_offset, Time.at(0).to_s, Time.local(2024, 7, 1).to_s, ENV["TZ"], ENV["LANG"]
puts "~age-seconds #{Time.now - File.mtime(__FILE__)}"
puts "~age-seconds #{Process.clock_gettime(Process::CLOCK_BOOTTIME) - File.read("/proc/self/stat").rpartition(")").last.split[19].to_i / 100.0}"
puts "~cpu-seconds #{Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)}", "~cpu-seconds #{Process.times.utime}"
p "é".upcase, "straße".casecmp?("STRASSE"), %w[b é a Z].sort, 1234.5.to_s, "%.2f" % 2.675
require "socket"
p Socket.gethostname, Etc.respond_to?(:nprocessors) || 0 rescue p $!.class
