print(math.random(0), math.random(), math.random(1 << 60), os.tmpname())
print((io.open("/dev/urandom", "rb"):read(16):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)))
print((tostring({}):gsub("table: ", "")))
