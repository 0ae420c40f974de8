held = "x" * (32 << 20)
puts held.size.positive? ? "held" : "lost"
