# Switches that the interpreter takes from its command line.
p $VERBOSE, $DEBUG, $-w, $-v, $-d, $-p, $-l, $-a, $-i, $-I.size, $-W, $-K, $-0, $;, $,, $/, $\
p Warning[:deprecated], Warning[:experimental], RubyVM::InstructionSequence.compile_option
p Encoding.default_external, Encoding.default_internal, Encoding.find("locale"), Encoding.find("filesystem")
p GC.stress, GC.measure_total_time, GC::INTERNAL_CONSTANTS, GC::OPTS
p Process.clock_getres(:CLOCK_MONOTONIC), RubyVM::DEFAULT_PARAMS
unused = 1
eval("x = 1; x == 2")
$VERBOSE = true
warn "a warning", uplevel: 0
eval("def twice = 1\ndef twice = 2")
p $stdout.sync, $stderr.sync, $stdin.sync, $stdout.external_encoding, $stdin.external_encoding
