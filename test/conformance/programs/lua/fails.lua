local function inner()
  error("no way") -- HERE
end

inner()
