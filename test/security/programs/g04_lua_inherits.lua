-- what a Lua that was booted before its program could have kept: rights, descriptors, variables
local esc = {}
local function read(path) local file = io.open(path, "rb"); local text = file and file:read("a"); if file then file:close() end; return text end
local status = read("/proc/self/status")
for _, set in ipairs { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" } do
  if not status:find("\n" .. set .. ":%s*0+\n") then esc[#esc + 1] = set end
end
if not status:find("\nUid:%s1000%s1000%s1000%s1000\n") then esc[#esc + 1] = "uid" end
if not status:find("\nNoNewPrivs:%s1\n") then esc[#esc + 1] = "new privileges" end
if not status:find("\nSeccomp:%s2\n") then esc[#esc + 1] = "no filter" end
for _, name in ipairs { "HOST_CANARY_SECRET", "LD_PRELOAD", "MILLRACE_GATE" } do if os.getenv(name) then esc[#esc + 1] = "env " .. name end end
for fd = 3, 255 do if read("/proc/self/fdinfo/" .. fd) then esc[#esc + 1] = "fd " .. fd end end
for _, path in ipairs { "/tmp/host-canary-7f3a.txt", "/etc/shadow", "/proc/1/root/tmp/host-canary-7f3a.txt" } do if read(path) then esc[#esc + 1] = path end end
print(#esc == 0 and "CONTAINED" or "ESCAPE: " .. table.concat(esc, "; "))
