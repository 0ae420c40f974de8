for _ = 1, 3000 do io.write(("x"):rep(1000)) end
