=begin
comment
=end
p __LINE__
