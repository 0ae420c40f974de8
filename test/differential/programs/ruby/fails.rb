# Traces: nested causes, several frames, blocks, a method of the core.
def deep(n) = n.zero? ? [3, nil].sort : deep(n - 1)
class Refused < StandardError
  def message = "refused: #{super}"
  def detailed_message(**) = "detailed"
end
begin
  deep(3)
rescue => error
  puts error.full_message(highlight: false), error.backtrace.inspect
end
begin
  Integer("x")
rescue => error
  [1].each { |_| raise Refused, "twice" }
end
