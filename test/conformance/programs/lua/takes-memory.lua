local taken = {}
while true do
  taken[#taken + 1] = string.rep("x", 1 << 20)
end
