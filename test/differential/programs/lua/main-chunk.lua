-- What a program knows of itself.
print(#arg, arg[0], arg[-1], arg[-2], arg[1], select("#", ...), ...)
local info = debug.getinfo(1)
print(info.source, info.short_src, info.what, info.currentline, info.linedefined, info.namewhat, info.nups, info.isvararg)
print(debug.traceback("a trace", 1))
local level = 1
while debug.getinfo(level) do
  local frame = debug.getinfo(level, "nSl")
  print(level, frame.short_src, frame.name, frame.what, frame.currentline)
  level = level + 1
end
print(_VERSION, _G._G == _G, _ENV == _G, package.path, package.cpath, package.config)
