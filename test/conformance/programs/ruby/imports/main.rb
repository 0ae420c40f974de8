require_relative "shapes/square"

puts Shapes.area(7)
