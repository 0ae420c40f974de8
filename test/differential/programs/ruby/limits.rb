Process::RLIM_INFINITY
%i[CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS].each { |name| p [name, name == :CPU ? nil : Process.getrlimit(name)] }
opened = []
begin
  loop { opened << File.open("/dev/null") }
rescue Errno::EMFILE
  p opened.size
end
opened.each(&:close)
File.write("/tmp/big", "x" * (40 << 20)) rescue p $!.class
p File.size("/tmp/big")
