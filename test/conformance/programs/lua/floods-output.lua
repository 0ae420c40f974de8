local number = 1
while true do
  print(number)
  number = number + 1
end
