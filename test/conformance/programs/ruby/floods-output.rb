1.step { |number| puts number }
