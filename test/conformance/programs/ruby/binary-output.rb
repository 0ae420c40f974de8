print (0..255).to_a.pack("C*")
