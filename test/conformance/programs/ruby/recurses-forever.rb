def descend(depth)
  1 + descend(depth + 1)
end

puts descend(0)
