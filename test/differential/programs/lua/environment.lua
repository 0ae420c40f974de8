for _, name in ipairs { "PATH", "HOME", "LANG", "PWD", "LD_PRELOAD", "MILLRACE_GATE", "LUA_PATH", "LUA_INIT", "_" } do
  print(name, os.getenv(name))
end
local shown = io.open("/proc/self/environ", "rb"):read("a"):gsub("\0", "|")
print((shown:gsub("|*$", "")))
print("~zeros-after-environment", #shown:match("|*$"))
print(io.popen("env | sort"):read("a"))
