puts "carriage", __LINE__
x = <<A
body
A
p x
