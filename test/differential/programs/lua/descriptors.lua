for number = 0, 9 do
  local info = io.open("/proc/self/fdinfo/" .. number)
  if info then print(number, (info:read("a"):gsub("ino:.*", ""):gsub("mnt_id:%s*%d+", ""))) info:close() end
end
os.execute("for path in /proc/$PPID/fd/*; do echo ${path##*/} $(readlink $path | sed 's/:.*//'); done")
print(io.type(io.tmpfile()), os.execute("true"))
