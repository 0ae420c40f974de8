workers = (1..4).map do |factor|
  Thread.new { (1..1000).sum { |k| factor * k } }
end
puts workers.sum(&:value)
