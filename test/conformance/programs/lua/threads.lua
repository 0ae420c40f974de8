local worker = [[ local sum = 0; for k = 1, 1000 do sum = sum + %d * k end; print(sum) ]]
local workers = {}
for factor = 1, 4 do
  workers[factor] = io.popen(("lua -e '%s'"):format(worker:format(factor)))
end
local total = 0
for _, output in ipairs(workers) do
  total = total + output:read("n")
end
print(total)
