# What a program is called, and whether it is the main one.
p $0, $PROGRAM_NAME, __FILE__, __dir__, __method__, __LINE__
p __FILE__ == $0, File.expand_path(__FILE__), File.basename($0)
p ARGV, $*, ARGF.argv, ARGF.filename, ARGF.class
p self.to_s, self.class, binding.source_location, binding.local_variables
p caller, caller_locations, Thread.main == Thread.current
p method(:puts).owner, TOPLEVEL_BINDING.receiver.inspect, defined?(DATA), defined?(SCRIPT_LINES__)
p RbConfig.ruby, Gem.ruby, File.readlink("/proc/self/exe"), RUBY_DESCRIPTION, RUBY_ENGINE, RUBY_COPYRIGHT
def place = caller_locations(0).map { |at| [at.path, at.absolute_path, at.lineno, at.label] }
p place
p RubyVM::InstructionSequence.of(method(:place)).then { |code| [code.path, code.absolute_path, code.first_lineno] }
p method(:place).source_location
