p eval("__FILE__"), eval("__LINE__"), eval("__FILE__", nil, "x.rb", 9), binding.eval("__dir__")
p RubyVM::InstructionSequence.compile("1 + 1").eval, RubyVM::InstructionSequence.compile_file(__FILE__).path
p RubyVM::AbstractSyntaxTree.of(proc { 1 }).then { |node| [node.type, node.first_lineno, node.last_column] }
def traced = 1
seen = []
TracePoint.new(:call, :line) { |at| seen << [at.event, at.lineno, at.path] }.enable { traced }
p seen
p ObjectSpace.each_object(Binding).count, method(:require).source_location, Kernel.instance_method(:warn).source_location
require "ripper"
p Ripper.sexp("1").first
p Coverage rescue p $!.class
define_method(:x) { 1 } rescue p $!.class
p self.method(:define_method) rescue p $!.message
