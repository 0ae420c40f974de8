# what a Ruby that was booted before its program could have kept: rights, descriptors, variables, other processes
esc = []
status = File.read('/proc/self/status')
%w[CapInh CapPrm CapEff CapBnd CapAmb].each { |set| esc << set if status[/^#{set}:\s*(\h+)/, 1].to_i(16) != 0 }
esc << 'uid' unless status =~ /^Uid:\s1000\s1000\s1000\s1000$/
esc << 'new privileges' unless status =~ /^NoNewPrivs:\s1$/
esc << 'no filter' unless status =~ /^Seccomp:\s2$/
ENV.each { |name, value| esc << "env #{name}" if "#{name}=#{value}" =~ /CANARY|TOKEN|SECRET|NATS|MILLRACE|LD_PRELOAD/ }
Dir.children('/proc/self/fd').each do |fd|
  next if fd.to_i < 3
  to = begin File.readlink("/proc/self/fd/#{fd}") rescue '' end
  esc << "fd #{fd} -> #{to}" if to =~ %r{\Asocket:|\A/(?!dev/|proc/|box/)|memfd}
end
Dir.children('/proc').grep(/\A\d+\z/).each do |pid|
  esc << "process #{pid}" if pid.to_i != Process.pid && (File.read("/proc/#{pid}/environ") rescue '') != ''
end
%w[/tmp/host-canary-7f3a.txt /etc/shadow /proc/1/root/tmp/host-canary-7f3a.txt].each { |path| esc << path if File.readable?(path) }
puts esc.empty? ? 'CONTAINED' : "ESCAPE: #{esc.join('; ')}"
