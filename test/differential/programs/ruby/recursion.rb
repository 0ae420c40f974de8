def down(n) = down(n + 1)
begin
  down(0)
rescue SystemStackError => error
  p error.message, error.backtrace.size
end
$depth = 0
def count = ($depth += 1) && count
count rescue p $depth
def nested(n) = n.zero? ? 0 : [n].each { |x| return 1 + nested(x - 1) }
p nested(500)
p Fiber.new { $depth = 0; (count rescue $depth) }.resume
p Thread.new { $depth = 0; (count rescue $depth) }.value
