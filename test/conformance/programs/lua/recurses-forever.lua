local function descend(depth)
  return 1 + descend(depth + 1)
end

print(descend(0))
