local function list(name, values)
  local names = {}
  for key, value in pairs(values) do
    local kind = type(value)
    names[#names + 1] = kind == "function" or kind == "table" and key .. ":" .. kind or key .. "=" .. tostring(value)
  end
  for index, value in ipairs(names) do names[index] = tostring(value) end
  table.sort(names)
  print(name, #names, table.concat(names, " "))
end
for _, name in ipairs { "string", "table", "math", "io", "os", "debug", "coroutine", "utf8", "package" } do
  local values = {}
  for key, value in pairs(_G[name]) do values[key] = type(value) == "number" and value or type(value) end
  list(name, values)
end
local loaded = {}
for name in pairs(package.loaded) do loaded[#loaded + 1] = name end
table.sort(loaded)
print(table.concat(loaded, " "), #package.searchers, next(package.preload))
print(getmetatable("").__index == string, getmetatable(print), debug.gethook())
