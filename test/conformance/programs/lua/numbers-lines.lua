local number = 0
for line in io.lines() do
  number = number + 1
  print(number .. ": " .. line)
end
