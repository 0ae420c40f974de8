local helper, path = require("helper")
local deep = require("deep.module")
print(helper.where(), path, deep.name, package.loaded["deep.module"] == deep)
print(dofile("deep/module.lua").name, loadfile("deep/module.lua")("argument").name)
for line in io.lines("data.txt") do print(line) end
deep.fail()
