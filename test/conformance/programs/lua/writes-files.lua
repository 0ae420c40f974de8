local function write_and_print(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  io.write(assert(io.open(path)):read("a"))
end

write_and_print("notes.txt", "blåbær\n")
write_and_print(os.tmpname(), "temporary\n")
