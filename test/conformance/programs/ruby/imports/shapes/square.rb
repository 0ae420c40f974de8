module Shapes
  def self.area(side)
    side * side
  end
end
