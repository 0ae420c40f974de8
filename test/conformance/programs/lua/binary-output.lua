for byte = 0, 255 do
  io.write(string.char(byte))
end
